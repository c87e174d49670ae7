// The tensors of a model with those of a student laid over them.

import type { WeightTensor } from '../../core/models/parameters.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';

/** @throws {PermanentError} `CorruptArtifact` for a changed tensor that the base does not have, or not in this shape */
export function overlaid(
  { name, tensors }: { readonly name: string; readonly tensors: readonly WeightTensor[] },
  changed: readonly WeightTensor[],
): WeightTensor[] {
  const byName = new Map(changed.map((tensor) => [tensor.name, tensor]));
  const merged = tensors.map((tensor) => {
    const replacement = byName.get(tensor.name) ?? tensor;
    byName.delete(tensor.name);
    if (replacement.shape.join() === tensor.shape.join()) return replacement;
    throw unfit(name, tensor.name, `[${replacement.shape.join(', ')}]`, `[${tensor.shape.join(', ')}]`);
  });
  const [surplus] = byName.keys();
  if (surplus !== undefined) throw unfit(name, surplus, 'it in the student', 'no such tensor');
  return merged;
}

function unfit(model: string, tensor: string, found: string, expected: string): PermanentError {
  return new PermanentError(
    FailureType.CorruptArtifact,
    `Tensor ${tensor} of the student: found ${found}, expected ${expected} as in its base ${model}. Was the student trained ` +
      'from another model?',
  );
}
