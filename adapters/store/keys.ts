// The layout of a store: which key holds what, the same in a directory and in a bucket.

import { PermanentError } from '../../contracts/failures.ts';

export const objectKey = (sha256: string): string =>
  `objects/sha256/${digest(sha256).slice(0, 2)}/${sha256.slice(2, 4)}/${sha256.slice(4)}`;

export const manifestKey = (sha256: string): string => `manifests/${digest(sha256)}.json`;

export const stageKey = (key: string): string => `stages/${encodeSegment(key)}.json`;

export const refKey = (campaign: string, name: string): string =>
  `refs/${encodeSegment(campaign)}/${encodeSegment(name)}.json`;

export const responsePrefix = (model: string): string => `responses/${encodeSegment(model)}/`;

export const scratchPrefix = (name: string): string => `scratch/${encodeSegment(name)}/`;

export const scratchKey = (name: string, piece: string): string => `${scratchPrefix(name)}${encodeSegment(piece)}`;

/** The piece that a key of `scratchKey` names. */
export function pieceOf(key: string): string {
  return decodeSegment(key.slice(key.lastIndexOf('/') + 1));
}

/** A name as one segment of a key: bytes outside `[A-Za-z0-9._-]`, and a dot in front, become `~` and two hex digits. */
export function encodeSegment(name: string): string {
  if (name === '') throw new PermanentError('InvalidData', 'store: a name is empty; expected at least one character');
  return Array.from(new TextEncoder().encode(name), (byte, index) => {
    const character = String.fromCharCode(byte);
    const plain = /[A-Za-z0-9._-]/.test(character) && !(index === 0 && character === '.');
    return plain ? character : `~${byte.toString(16).padStart(2, '0')}`;
  }).join('');
}

function decodeSegment(segment: string): string {
  return decodeURIComponent(segment.replaceAll('~', '%'));
}

function digest(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw new PermanentError(
    'InvalidData',
    `store: ${JSON.stringify(text)} is no sha256; expected 64 lower-case hex digits`,
  );
}
