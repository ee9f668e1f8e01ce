import { Inject, Injectable } from '@nestjs/common';
import { Catalogue } from '../instances/catalogue.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import type { ChangesQuery } from './change.js';
import { ChangeFeed, type Patience } from './change-feed.js';
import { ChangeStore } from './change-store.js';
import type { ChangesDto } from './changes.dto.js';

/** What changed since a position, at once or when there is something. */
@Injectable()
export class ChangesService {
  private readonly examineLimit: number;

  constructor(
    private readonly store: ChangeStore,
    private readonly feed: ChangeFeed,
    private readonly catalogue: Catalogue,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.examineLimit = settings['changes.examine-limit'];
  }

  /**
   * @param since none if only the position of now is asked for
   * @param patience given if it may be waited for something
   * @throws {TektonError} NOT_FOUND of the service instance, POSITION_GONE, UNAVAILABLE if too many
   *   wait
   */
  async find(
    { since, ...query }: Omit<ChangesQuery, 'since'> & { since: number | undefined },
    patience: Patience | undefined,
  ): Promise<ChangesDto> {
    const { serviceInstanceName } = query;
    if (serviceInstanceName !== undefined) this.catalogue.require(serviceInstanceName);
    if (since === undefined) return { position: await this.store.lastPosition(), changes: [] };
    const asked = { ...query, since };
    if (!patience) return (await this.read(asked)).answer;
    for (;;) {
      const known = this.feed.answer(asked);
      const { answer, isCut } = known ? { answer: known, isCut: false } : await this.read(asked);
      if (answer.changes.length > 0 || isCut || Date.now() >= patience.until) return answer;
      const waited = await this.feed.wait({ ...asked, since: answer.position }, patience);
      if (waited) return waited;
    }
  }

  /** Asks the database; `isCut` if there is more that was not looked at. */
  private async read(query: ChangesQuery): Promise<{ answer: ChangesDto; isCut: boolean }> {
    const { position: feedPosition = 0 } = this.feed;
    const { placed, position, lastPosition } = await this.store.read(query, this.examineLimit);
    // The feed has read earlier what is not there now: the database was set back.
    if (lastPosition < feedPosition) this.feed.restart();
    const answer = { position, changes: placed.map(({ change }) => change) };
    return { answer, isCut: position < lastPosition };
  }
}
