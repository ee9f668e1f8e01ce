/** What a 21/TLE event of a test says. */
export interface ToldEvent {
  tenantId: string;
  correlationId?: string;
  timestamp?: bigint;
  timeout?: bigint;
  originatorReplicaId?: string;
}

/** The Avro record of an event, written by hand: nothing of the product. */
export function tenantEventBytes({
  tenantId,
  correlationId = '3f0c1f9e-7a64-4c1c-9a55-0d5b1c2e9a10',
  timestamp = 1_767_225_600_000n,
  timeout = 0n,
  originatorReplicaId = 'tm-0',
}: ToldEvent): Buffer {
  return Buffer.concat([
    string(correlationId),
    long(timestamp),
    long(timeout),
    string(tenantId),
    string(originatorReplicaId),
  ]);
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([long(BigInt(bytes.length)), bytes]);
}

/** Zigzag, seven bits a byte, the lowest first. */
function long(value: bigint): Buffer {
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Buffer.from(bytes);
}
