import type { Socket } from 'node:net';

/** What is not let through of a connection that is kept. */
export type Held = 'nothing' | 'answers' | 'everything';

/** One connection through a gate, which can go silent in one direction or in both. */
export class Passage {
  private readonly requests: Way;
  private readonly answers: Way;

  constructor(
    caller: Socket,
    private readonly target: Socket,
  ) {
    this.requests = new Way(caller, target);
    this.answers = new Way(target, caller);
  }

  /** The port that the target sees it come from. */
  get portAtTarget(): number | undefined {
    return this.target.localPort;
  }

  /** What was held back before and is not any more goes through now. */
  hold(held: Held): void {
    this.requests.hold(held === 'everything');
    this.answers.hold(held !== 'nothing');
  }

  cut(): void {
    this.requests.cut();
    this.answers.cut();
  }
}

/** What goes through in one direction. Held back, it also does not tell that its start is gone. */
class Way {
  private isHeld = true;

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
  ) {
    from.on('error', () => undefined);
    from.once('close', () => {
      if (!this.isHeld) to.destroy();
    });
  }

  hold(isHeld: boolean): void {
    if (isHeld === this.isHeld) return;
    this.isHeld = isHeld;
    if (isHeld) this.from.unpipe(this.to);
    else if (this.from.destroyed) this.to.destroy();
    else this.from.pipe(this.to);
  }

  cut(): void {
    this.from.destroy();
  }
}
