import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';
import { Shell, withoutVersion } from './run-tekton.js';

/** Numbers that JavaScript has no others for, keys that it would put in another order. */
const EXACT =
  '{"zoom":1.10,"10":1,"2":12345678901234567890,"deep":{"list":[1e3,-0.0,[]],"empty":{}}}';

describe('tekton, with security off', () => {
  let test: TestTekton;
  let shell: Shell;

  beforeAll(async () => {
    test = await startTestTekton();
    shell = new Shell({ TEKTON_URL: withoutVersion(test.rest.baseUrl) });
  });
  afterAll(async () => {
    shell.remove();
    await test.stop();
  });

  it('creates, stores, shows, changes, compares, restores and deletes', async () => {
    expect(await shell.tekton('create kettle --display-name Kettle')).toMatchObject({ code: 0 });
    expect(await shell.tekton('create kettle kettle_v1')).toMatchObject({ code: 0 });
    shell.file('kettle.yaml', 'boil: true\nlimits:\n  - 1.10\n  - 0x1F\n');

    const stored = await shell.tekton('put cmx kettle --file kettle.yaml');
    expect(stored).toEqual({
      code: 0,
      stdout: '{\n  "boil": true,\n  "limits": [\n    1.10,\n    31\n  ]\n}\n',
      stderr: 'Stored: cmx for kettle, revision 1\n',
    });
    const patched = await shell.tekton('patch cmx kettle', '{"boil":null,"hold":5}');
    expect(patched.stderr).toBe('Stored: cmx for kettle, revision 2\n');

    const compared = await shell.tekton('diff cmx kettle -f kettle.yaml');
    expect(compared.code).toBe(1);
    expect(compared.stdout.split('\n').slice(0, 2)).toEqual([
      '--- cmx for kettle, as stored',
      '+++ kettle.yaml',
    ]);
    expect(compared.stdout).toContain('+  "boil": true');
    expect(compared.stdout).toContain('-  "hold": 5');
    expect((await shell.tekton('diff cmx kettle --revision 1 --to 2')).code).toBe(1);
    expect(await shell.tekton('diff cmx kettle --revision 2')).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });

    const restored = await shell.tekton('restore cmx kettle --revision 1');
    expect(restored.stderr).toBe('Stored: cmx for kettle, revision 3\n');
    const history = await shell.tekton('history cmx kettle');
    const rows = history.stdout.trimEnd().split('\n');
    expect(rows[0]).toMatch(
      /^REVISION +OPERATION +CHANGED +BY +BYTES +RESTORED FROM +CORRELATION ID$/,
    );
    expect(rows.slice(1).map((row) => row.split(/ +/).slice(0, 2).join(' '))).toEqual([
      '3 upsert',
      '2 upsert',
      '1 upsert',
    ]);

    expect((await shell.tekton('delete cmx kettle')).stderr).toBe(
      'Deleted: cmx for kettle, revision 4\n',
    );
    expect((await shell.tekton('get cmx kettle')).code).toBe(5);
    expect((await shell.tekton('get cmx kettle --revision 1 -o yaml')).stdout).toBe(
      'boil: true\nlimits:\n  - 1.10\n  - 31\n',
    );
  });

  it('prints a document with all its numbers and keys as they are stored', async () => {
    await shell.tekton('create exact');
    const put = await shell.tekton('put cmx exact', EXACT);
    expect(put.code).toBe(0);
    const json = await shell.tekton('get cmx exact');
    expect(json.stdout.replaceAll(/\s/g, '')).toBe(EXACT);
    const yaml = await shell.tekton('get cmx exact --output yaml');
    expect(yaml.stdout).toBe(
      'zoom: 1.10\n"10": 1\n"2": 12345678901234567890\ndeep:\n  list:\n    - 1e3\n    - -0.0\n    - []\n  empty: {}\n',
    );
    // What it prints is what it takes.
    expect((await shell.tekton('diff cmx exact --file -', yaml.stdout)).code).toBe(0);
  });

  it('prints as YAML what every reader of YAML takes for the same', async () => {
    await shell.tekton('create texts');
    const texts = [
      'yes',
      '0o14',
      '2026-11-23',
      '1.10',
      'null',
      '~',
      ' a ',
      '# b',
      'c: d',
      '---',
      'e\nf\n',
    ];
    const document = {
      '': '',
      __proto__x: 1,
      '<<': texts,
      '1': { ' ': [null, true] },
      yes: '\u0000\ud800',
    };
    expect((await shell.tekton('put cmx texts', JSON.stringify(document))).code).toBe(0);
    const { stdout } = await shell.tekton('get cmx texts -o yaml');
    expect(stdout).toMatch(
      /- "yes"\n +- "0o14"\n +- "2026-11-23"\n +- "1\.10"\n +- "null"\n +- "~"\n/,
    );
    expect(await shell.tekton('diff cmx texts -f -', stdout)).toMatchObject({
      code: 0,
      stdout: '',
    });
  });

  it('stores for a tenant, an application and a version', async () => {
    await shell.tekton('create levels');
    await shell.tekton('create levels levels_v1');
    for (const owner of ['', ' levels', ' levels levels_v1']) {
      const of = JSON.stringify({ of: owner });
      expect((await shell.tekton(`put cmx${owner}`, of)).code).toBe(0);
      expect((await shell.tekton(`get cmx${owner}`)).stdout).toBe(`{\n  "of": "${owner}"\n}\n`);
    }
    expect((await shell.tekton('versions levels')).stdout).toMatch(/^VERSION .*\nlevels_v1 /);
  });

  it('only says what it would do', async () => {
    await shell.tekton('create rehearsed');
    const put = await shell.tekton('put cmx rehearsed --dry-run', '{"a":1}');
    expect(put).toEqual({
      code: 0,
      stdout: '{\n  "a": 1\n}\n',
      stderr:
        'Dry run: nothing was changed. kaa.v1.service.cmx.scmp.configuration.upsert would be told.\n',
    });
    expect((await shell.tekton('get cmx rehearsed')).code).toBe(5);
    expect((await shell.tekton('create never --dry-run')).code).toBe(0);
    expect((await shell.tekton('versions never')).code).toBe(5);
  });

  it('changes nothing that somebody else has changed meanwhile', async () => {
    await shell.tekton('create shared');
    expect((await shell.tekton('put cmx shared --create-only', '{"a":1}')).code).toBe(0);
    expect((await shell.tekton('put cmx shared --create-only', '{"a":2}')).code).toBe(3);
    const etag = (await shell.tekton('get cmx shared --etag')).stdout.trim();
    expect(etag).toMatch(/^".+"$/);
    const matching = (tag: string) => ['put', 'cmx', 'shared', '--if-match', tag];
    expect((await shell.tekton(matching(etag), '{"a":3}')).code).toBe(0);
    expect((await shell.tekton(matching(etag), '{"a":4}')).code).toBe(3);
  });

  it('compares with nothing where there is none yet, but not where there could be none', async () => {
    await shell.tekton('create bare');
    const compared = await shell.tekton('diff cmx bare --file -', '{"a":1}');
    expect(compared.stdout).toBe(
      '--- cmx for bare, as stored: none\n+++ standard input\n@@ -0,0 +1,3 @@\n+{\n+  "a": 1\n+}\n',
    );
    expect((await shell.tekton('diff cmx nobody --file -', '{}')).code).toBe(5);
  });

  it('lists for people and for scripts', async () => {
    await shell.tekton(['create', 'listed', '--description', 'one\u001b[2J\nline']);
    const table = await shell.tekton('applications');
    expect(table.stdout).toMatch(/^APPLICATION +DISPLAY NAME +TENANT +UPDATED +DESCRIPTION\n/);
    expect(table.stdout).toMatch(/^listed +listed +kaa +\S+Z +one\\u001b\[2J\\nline$/m);
    const json = JSON.parse((await shell.tekton('apps -o json')).stdout) as { name: string }[];
    expect(json.map(({ name }) => name)).toContain('listed');
    expect((await shell.tekton('instances --output yaml')).stdout).toMatch(
      /^- name: \w+\n {2}service/,
    );
    expect((await shell.tekton('instances')).stdout).toMatch(/^cmx +\S/m);
  });
});
