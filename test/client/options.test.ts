import { Registry } from 'prom-client';
import { DEFAULT_LIMITS, TektonClient, type Limits, type TektonClientOptions } from 'tekton-client';
import { describe, expect, it } from 'vitest';

const GOOD: TektonClientOptions = {
  url: 'https://kaa.example/tekton/',
  nats: 'nats://nats:4222',
  serviceInstanceName: 'epts',
};

describe('the options of a client', () => {
  it.each<[string, Partial<TektonClientOptions>, string]>([
    ['no URL', { url: 'tekton:8080' }, 'url must be an http or https URL'],
    ['a URL with a user', { url: 'http://a:b@tekton' }, 'url must not have a user'],
    ['a name with dots', { serviceInstanceName: 'a.b' }, 'serviceInstanceName must match'],
    ['a subject for a name', { providerInstanceName: '>' }, 'providerInstanceName must match'],
    ['no NATS', { nats: '' }, 'nats must be URLs of NATS servers'],
    ['no NATS URL', { nats: 'nats://:x:y' }, 'nats must be URLs of NATS servers'],
    [
      'half of the credentials',
      { token: { issuer: 'kaa', clientId: '', clientSecret: '' } },
      'token.issuer must be an http or https URL; token.clientId is missing; token.clientSecret is missing',
    ],
    ['an unknown limit', { limits: { typo: 1 } as Partial<Limits> }, 'limits.typo is not known'],
  ])('%s', (_what, options, fault) => {
    expect(() => new TektonClient({ ...GOOD, ...options })).toThrow(fault);
  });

  it('are told with all their faults at once', () => {
    const make = () => new TektonClient({ ...GOOD, url: '', serviceInstanceName: '' });
    expect(make).toThrow(/url must .*; serviceInstanceName must/);
  });

  it.each(Object.keys(DEFAULT_LIMITS))('hold the limit %s to its range', (name) => {
    for (const value of [-1, 1e9, 1.5, Number.NaN]) {
      const make = () => new TektonClient({ ...GOOD, limits: { [name]: value } });
      expect(make).toThrow(
        new RegExp(`limits.${name} must be a whole number from \\d+ to \\d+, not`),
      );
    }
  });

  it('take a registry that no other client has', () => {
    const registry = new Registry();
    expect(new TektonClient({ ...GOOD, registry }).registry).toBe(registry);
    expect(() => new TektonClient({ ...GOOD, registry })).toThrow('of another client');
  });
});
