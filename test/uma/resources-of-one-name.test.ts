import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PlayedRealm } from '../support/played-realm.js';
import { startUmaTekton, type UmaTekton } from '../support/uma-tekton.js';
import { ALL, asked, found, holder, idOf, READ, UPDATE } from './grants.js';

let test: UmaTekton;
let realm: PlayedRealm;
/** Of each test its own. */
let app: string;
let count = 0;
beforeAll(async () => {
  test = await startUmaTekton({ KAA_SECURITY_UMA_DECISION_LIFETIME: '0' });
  realm = test.realm('acme');
});
afterAll(() => test.stop());
beforeEach(async () => {
  count += 1;
  app = `app${count}`;
  await found(test, 'acme', app);
});

const path = () => `/applications/${app}`;
const addAnother = (owner: string, scopes: readonly string[] = ALL) =>
  realm.resources.add({ name: `application-${app}`, owner, scopes });

describe('a decision', () => {
  it('is asked by the ID, one scope at a time', async () => {
    const reader = await holder(test, 'acme', app, [READ]);
    const before = asked(realm).length;
    expect(await reader.get(path())).toMatchObject({ status: 200 });
    expect(await reader.patch(path(), {})).toMatchObject({ status: 403 });
    const id = idOf(realm, app);
    const questions = asked(realm).slice(before);
    expect(questions).toEqual([`${id}#${READ}`, `${id}#${UPDATE}`, `${id}#${READ}`]);
  });

  it('is asked of all resources of the name, whoever owns them', async () => {
    const first = idOf(realm, app);
    const second = addAnother('jane').id;
    const reader = await holder(test, 'acme', app, [READ]);
    expect(await reader.get(path())).toMatchObject({ status: 200 });
    const questions = [first, second].map((id) => `${id}#${READ}`).sort();
    expect(asked(realm).slice(-2).sort()).toEqual(questions);
  });

  it('is not asked of resources whose names only contain it, by old Keycloaks either', async () => {
    realm.rules.knowsExactName = false;
    realm.resources.add({ name: `application-${app}-2`, owner: 'tekton', scopes: ALL });
    realm.resources.add({ name: `Application-${app}`, owner: 'tekton', scopes: ALL });
    const other = await holder(test, 'acme', `${app}-2`, ALL);
    expect(await other.get(path())).toMatchObject({ status: 404 });
    const reader = await holder(test, 'acme', app, [READ]);
    expect(await reader.get(path())).toMatchObject({ status: 200 });
    realm.rules.knowsExactName = true;
  });

  it('finds one that was made anew under another ID', async () => {
    const reader = await holder(test, 'acme', app, [READ]);
    expect(await reader.get(path())).toMatchObject({ status: 200 });
    realm.resources.remove(idOf(realm, app));
    addAnother('tekton');
    expect(await reader.get(path())).toMatchObject({ status: 200 });
  });

  it.each([
    ['first', 0],
    ['second', 1],
  ])('finds the other one when the %s of two is gone', async (_, index) => {
    const ids = [idOf(realm, app), addAnother('jane').id];
    const reader = await holder(test, 'acme', app, [READ]);
    expect(await reader.get(path())).toMatchObject({ status: 200 });
    realm.resources.remove(ids[index] ?? '');
    expect(await reader.get(path())).toMatchObject({ status: 200 });
  });

  it('does not follow a resource that was given another name', async () => {
    const reader = await holder(test, 'acme', app, [READ]);
    expect(await reader.get(path())).toMatchObject({ status: 200 });
    const resource = realm.resources.find(idOf(realm, app));
    if (!resource) throw new Error('It is there');
    resource.name = `application-${app}-other`;
    const other = await holder(test, 'acme', `${app}-other`, ALL);
    expect(await other.get(path())).toMatchObject({ status: 404 });
  });

  it.each(['objects', 'strings'] as const)('takes one made by hand, scopes as %s', async (form) => {
    realm.rules.scopesAs = form;
    realm.resources.remove(idOf(realm, app));
    realm.resources.add({ name: `application-${app}`, owner: 'jane', scopes: [READ] });
    const user = await holder(test, 'acme', app, ALL);
    expect(await user.get(path())).toMatchObject({ status: 200 });
    // What the resource has not is granted to nobody.
    expect(await user.patch(path(), {})).toMatchObject({ status: 403 });
    realm.rules.scopesAs = 'objects';
  });
});

it('a scope that the realm does not know is granted to nobody', async () => {
  for (const { id } of realm.resources.all) realm.resources.remove(id);
  const user = await holder(test, 'acme', app, ALL);
  addAnother('tekton', ['other']);
  expect(await user.get(path())).toMatchObject({ status: 404 });
  expect(await user.get('/applications')).toMatchObject({ status: 200, text: '[]' });
});
