// Whether a model writes text or encodes it.

import { isEncoderFolder } from './encoder-folder.ts';
import { prepareModel } from './prepare.ts';
import type { ModelName } from './references.ts';

/** Prepares the model first where that has not been done; throws as that does. */
export async function isEncoder(model: ModelName): Promise<boolean> {
  return isEncoderFolder((await prepareModel(model)).folder);
}
