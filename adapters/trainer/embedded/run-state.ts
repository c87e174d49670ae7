// A training run as bytes: the losses so far and the exact checkpoint, so that they cannot come apart.

import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from '../../../core/training/checkpoint.ts';

export interface RunState {
  /** Loss of every step taken, in order; its length is the step. */
  readonly losses: number[];
  readonly checkpoint: Checkpoint;
}

/** Layout: uint32 length of the losses as JSON, the JSON, then the checkpoint. */
export function encodeRunState({ losses, checkpoint }: RunState): Uint8Array {
  const head = Buffer.from(JSON.stringify(losses));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, ...encodeCheckpoint(checkpoint)]);
}

export function decodeRunState(bytes: Uint8Array): RunState {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const losses = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as number[];
  return { losses, checkpoint: decodeCheckpoint(bytes.subarray(4 + length)) };
}
