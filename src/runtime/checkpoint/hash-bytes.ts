import type { Hash } from 'node:crypto';

/** Node takes no more at once than 2 GiB. */
const pieceLength = 2 ** 30;

/** Adds bytes to a hash, however many they are, up to `piece` at a time. */
export function hashBytes(hash: Hash, bytes: Uint8Array, piece = pieceLength): Hash {
  for (let position = 0; position < bytes.length; position += piece) hash.update(bytes.subarray(position, position + piece));
  return hash;
}
