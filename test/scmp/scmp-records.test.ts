import { describe, expect, it } from 'vitest';
import { encodeBroadcast, encodeTargeted } from '../../src/scmp/scmp-records.js';

// Made with an independent implementation of Avro.
const COMMON = {
  correlationId: '3f0c1f9e-7a64-4c1c-9a55-0d5b1c2e9a10',
  timestamp: 1_767_225_600_000,
};
const CORRELATION_AND_TIME =
  '4833663063316639652d376136342d346331632d396135352d30643562316332653961313080a0d5edee66';
const ORIGINATOR = '1074656b746f6e2d30';
const TENANT = '066b6161';
const APP = '0218736d6172745f6b6574746c65';
const VERSION = '021e736d6172745f6b6574746c652d7631';

describe('the Avro records of 17/SCMP', () => {
  const broadcast = { ...COMMON, originatorReplicaId: 'tekton-0' };

  it.each([
    ['an application', 'kaa', 'smart_kettle', null, `02${TENANT}${APP}00`],
    ['an appversion', 'kaa', 'smart_kettle', 'smart_kettle-v1', `02${TENANT}${APP}${VERSION}`],
    ['several tenants', null, null, null, '000000'],
  ])('broadcast %s', (_, tenantID, appName, appVerName, bytes) => {
    const encoded = encodeBroadcast({ ...broadcast, tenantID, appName, appVerName });
    expect(encoded.toString('hex')).toBe(CORRELATION_AND_TIME + ORIGINATOR + bytes);
  });

  it.each([
    ['an appversion', 'smart_kettle', 'smart_kettle-v1', `${TENANT}${APP}${VERSION}`],
    ['a tenant', null, null, `${TENANT}0000`],
  ])('target %s', (_, appName, appVerName, bytes) => {
    const encoded = encodeTargeted({ ...COMMON, tenantID: 'kaa', appName, appVerName });
    expect(encoded.toString('hex')).toBe(CORRELATION_AND_TIME + bytes);
  });
});
