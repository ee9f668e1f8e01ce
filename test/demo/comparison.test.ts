import { describe, expect, it } from 'vitest';
import { differences, type HeldConfiguration } from '../../src/local/demo/comparison.js';

const KETTLE: HeldConfiguration = {
  address: { level: 'application', tenantId: 'acme', appName: 'kettle' },
  revision: 3,
  value: { autoExtraction: true, timeSeries: [{ name: 'a' }] },
};
const VERSION: HeldConfiguration = {
  address: {
    level: 'appversion',
    tenantId: 'acme',
    appName: 'kettle',
    appVersionName: 'kettle-v1',
  },
  revision: 1,
  value: {},
};

describe('differences between a replica and Tekton', () => {
  it('are none where all is the same, in whichever order', () => {
    const reordered = { ...KETTLE, value: { timeSeries: [{ name: 'a' }], autoExtraction: true } };
    expect(differences('epts-1', [VERSION, reordered], [KETTLE, VERSION])).toEqual([]);
  });

  it('name what is missing, old, other, and left over', () => {
    expect(differences('epts-1', [], [KETTLE])).toEqual([
      'epts-1 has no application kettle; Tekton has revision 3',
    ]);
    expect(differences('epts-1', [{ ...KETTLE, revision: 2 }], [KETTLE])).toEqual([
      'epts-1 has revision 2 of application kettle; Tekton has revision 3',
    ]);
    expect(differences('epts-1', [{ ...KETTLE, value: {} }], [KETTLE])).toEqual([
      'epts-1 has another revision 3 of application kettle than Tekton',
    ]);
    expect(differences('epts-1', [KETTLE, VERSION], [KETTLE])).toEqual([
      'epts-1 still has revision 1 of appversion kettle-v1; Tekton has none',
    ]);
  });
});
