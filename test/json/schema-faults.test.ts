import { describe, expect, it } from 'vitest';
import { compileSchema, FAULTS_TOLD } from '../../src/json/json-schema.js';

describe('a document that does not fit its schema', () => {
  it('is told all its faults, each with its place', () => {
    const { validate } = compileSchema({
      type: 'object',
      required: ['id'],
      additionalProperties: false,
      properties: { list: { items: { type: 'string' } }, port: { maximum: 10, multipleOf: 2 } },
    });
    expect(validate({ list: ['a', 1, null], port: 11, odd: true })).toEqual(
      expect.arrayContaining([
        { path: '', message: 'the property "id" is missing (rule: required)' },
        {
          path: '',
          message:
            'the property "odd" is not known here; remove or rename it (rule: additionalProperties)',
        },
        { path: '/list/1', message: 'must be a string (rule: type)' },
        { path: '/list/2', message: 'must be a string (rule: type)' },
        { path: '/port', message: 'must be <= 10 (rule: maximum)' },
        { path: '/port', message: 'must be a multiple of 2 (rule: multipleOf)' },
      ]),
    );
    expect(validate({ list: ['a', 1, null], port: 11, odd: true })).toHaveLength(6);
  });

  it('is told places as JSON Pointers', () => {
    const { validate } = compileSchema({ additionalProperties: { type: 'string' } });
    expect(validate({ 'a/b': 1, '~': 2 }).map(({ path }) => path)).toEqual(['/a~1b', '/~0']);
  });

  it(`is told ${FAULTS_TOLD} faults at most`, () => {
    const { validate } = compileSchema({ properties: { list: { items: { type: 'string' } } } });
    const list = (length: number) => ({ list: Array.from({ length }, (_, index) => index) });
    expect(FAULTS_TOLD).toBe(100);
    expect(validate(list(99))).toHaveLength(99);
    expect(validate(list(5000))).toHaveLength(100);
  });

  it('is told what fails under a condition rather than that the condition does', () => {
    const { validate } = compileSchema({ if: { required: ['a'] }, then: { required: ['b'] } });
    expect(validate({ a: 1 })).toEqual([
      { path: '', message: 'the property "b" is missing (rule: required)' },
    ]);
  });

  it('is told nothing of the document before it', () => {
    const { validate } = compileSchema({ required: ['a'] });
    expect([validate({}), validate({ a: 1 }), validate({})].map(({ length }) => length)).toEqual([
      1, 0, 1,
    ]);
  });
});

describe('members named like properties of every JavaScript object', () => {
  it('are missing unless the document has them', () => {
    const { validate } = compileSchema({ required: ['constructor', '__proto__'] });
    expect(validate({})).toHaveLength(2);
    expect(validate(JSON.parse('{"constructor":1,"__proto__":2}'))).toEqual([]);
  });

  it('are judged only if the document has them', () => {
    const { validate } = compileSchema({ properties: { toString: { type: 'string' } } });
    expect(validate({})).toEqual([]);
    expect(validate({ toString: 1 })).toHaveLength(1);
  });

  it('are not known where other properties are not', () => {
    const { validate } = compileSchema({ additionalProperties: false });
    expect(validate(JSON.parse('{"constructor":1,"__proto__":2}'))).toHaveLength(2);
  });
});

it.each([0.07, 19.99, 1.1, 123456789.01, 3])('takes %d for a multiple of 0.01', (n) => {
  const { validate } = compileSchema({ properties: { n: { multipleOf: 0.01 } } });
  expect(validate({ n })).toEqual([]);
  expect(validate({ n: n + 0.005 })).toHaveLength(1);
});
