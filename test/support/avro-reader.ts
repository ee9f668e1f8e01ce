/** Reads Avro's binary encoding, written apart from the product and from the library it uses. */
export class AvroReader {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }

  long(): bigint {
    let raw = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw new Error('The record ends within a number');
      raw |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return (raw >> 1n) ^ -(raw & 1n);
  }

  string(): string {
    const length = Number(this.long());
    const end = this.at + length;
    if (length < 0 || end > this.bytes.length) throw new Error('The record ends within a string');
    const text = new TextDecoder('utf-8', { fatal: true }).decode(
      this.bytes.subarray(this.at, end),
    );
    this.at = end;
    return text;
  }

  /** union(null, string) */
  optionalString(): string | null {
    const branch = this.long();
    if (branch === 0n) return null;
    if (branch === 1n) return this.string();
    throw new Error(`A union of two has no branch ${branch}`);
  }
}
