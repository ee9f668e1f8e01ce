import { vi } from 'vitest';
import type { PlayedRealm } from '../support/played-realm.js';
import type { PlayedAnswer, PlayedRequest } from '../support/played-server.js';
import { FORM, kindOf, type RealmRequestKind } from '../support/realm-endpoints.js';

type Interception = (
  /** Has the realm answer by itself. */
  serve: () => Promise<PlayedAnswer>,
  request: PlayedRequest,
) => PlayedAnswer | Promise<PlayedAnswer>;

/** Stands before a realm, for requests of one kind, until `vi.restoreAllMocks`. */
export function intercept(realm: PlayedRealm, kind: RealmRequestKind, answer: Interception): void {
  const serve = realm.answer.bind(realm);
  vi.spyOn(realm, 'answer').mockImplementation(async (request, path) => {
    const form = new URLSearchParams(request.contentType === FORM ? request.body : '');
    return kindOf(path, form) === kind
      ? answer(() => serve(request, path), request)
      : serve(request, path);
  });
}

/** Has requests of one kind wait until they are let go. */
export function holdUp(realm: PlayedRealm, kind: RealmRequestKind): { letGo: () => void } {
  let letGo = (): void => undefined;
  const gone = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  intercept(realm, kind, async (serve) => {
    await gone;
    return serve();
  });
  return { letGo };
}
