/** Lets somebody rest who can be called at any time, also just before the rest begins. */
export class Doorbell {
  private hasRung = false;
  private wake: (() => void) | undefined;

  ring(): void {
    this.hasRung = true;
    this.wake?.();
  }

  /** Forgets what has rung until now. */
  answer(): void {
    this.hasRung = false;
  }

  /** Resolves after some time, in milliseconds; at once if it rings, or has rung since it was answered. */
  async rest(restMs: number): Promise<void> {
    if (this.hasRung) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, restMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = undefined;
  }
}
