// Which students are evaluated on this machine, and where those of campaigns are found.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createKnownStudentActivities } from '../../activities/known-students.ts';
import type { ArtifactRef } from '../../contracts/artifacts.ts';
import type { Store } from '../../activities/ports/store.ts';
import { makeTinyRuntime } from './models.ts';
import { asActivity, makeWorkplace } from './workplace.ts';

async function checkpointOf(store: Store, form: string, files: Readonly<Record<string, string>>): Promise<ArtifactRef> {
  const parts = await Promise.all(
    Object.entries(files).map(([path, text]) =>
      store.writePart(new TextEncoder().encode(text), { path, mediaType: 'application/octet-stream', rows: 0 }),
    ),
  );
  return store.writeManifest({ kind: 'checkpoint', parts, metadata: { base: 'unknown', form } });
}

describe('a student', () => {
  it('of a model that is here is graded here', async (test) => {
    const place = await makeWorkplace(test);
    const { model, models } = await makeTinyRuntime(test, place.folder);
    const { whyUngradable } = createKnownStudentActivities({ openStore: place.openStore, models });
    const student = { kind: 'embedded', model, checkpoint: null } as const;
    assert.equal(await asActivity(() => whyUngradable({ context: place.context, student })), null);
  });

  it('of an architecture that is not computed here, or whose base is not here, says so', async (test) => {
    const place = await makeWorkplace(test);
    const { models } = await makeTinyRuntime(test, place.folder);
    const { whyUngradable } = createKnownStudentActivities({ openStore: place.openStore, models });
    const config = JSON.stringify({ architectures: ['LongT5ForConditionalGeneration'], model_type: 'longt5' });
    const foreign = await checkpointOf(place.store, 'folder', { 'config.json': config, 'model.safetensors': '' });
    const why = (checkpoint: ArtifactRef | null) =>
      asActivity(() =>
        whyUngradable({ context: place.context, student: { kind: 'embedded', model: 'nobody/nothing', checkpoint } }),
      );
    assert.match((await why(foreign)) ?? '', /longt5/i);
    assert.match((await why(null)) ?? '', /nobody\/nothing/);
  });

  it('of more bytes than this machine should wait for is left to a server', async (test) => {
    const place = await makeWorkplace(test);
    const { model, models } = await makeTinyRuntime(test, place.folder);
    const checkpoint = await checkpointOf(place.store, 'folder', { 'config.json': '{}', 'model.safetensors': 'x' });
    const large = await place.store.readManifest(checkpoint);
    const parts = large.parts.map((part) => ({ ...part, bytes: 3 * 2 ** 30 }));
    const ref = await place.store.writeManifest({ ...large, parts });
    const { whyUngradable } = createKnownStudentActivities({ openStore: place.openStore, models });
    const student = { kind: 'embedded', model, checkpoint: ref } as const;
    assert.match((await asActivity(() => whyUngradable({ context: place.context, student }))) ?? '', /6\.0 GiB.*\.$/);
  });

  it('that a campaign trained is found by its name, and missed by name', async (test) => {
    const place = await makeWorkplace(test);
    const { models } = await makeTinyRuntime(test, place.folder);
    const checkpoint = await checkpointOf(place.store, 'adapter', { 'adapter_model.safetensors': 'x' });
    await place.store.writeRef('trains', 'checkpoint', checkpoint);
    const { findCheckpoint } = createKnownStudentActivities({ openStore: place.openStore, models });
    const { context } = place;
    assert.equal((await findCheckpoint({ context, campaign: 'trains' })).manifest, checkpoint.manifest);
    await assert.rejects(findCheckpoint({ context, campaign: 'nobody' }), {
      type: 'MissingArtifact',
      message: /campaign named nobody/,
    });
  });
});
