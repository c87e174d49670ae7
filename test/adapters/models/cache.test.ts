import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { cacheFolder, modelFolder } from '../../../adapters/models/cache.ts';

describe('cacheFolder', () => {
  it('prefers DIFFRACT_CACHE, then XDG_CACHE_HOME, then the home folder', () => {
    assert.equal(cacheFolder({ DIFFRACT_CACHE: '/a', XDG_CACHE_HOME: '/b' }), '/a');
    assert.equal(cacheFolder({ XDG_CACHE_HOME: '/b' }), '/b/diffract');
    assert.equal(cacheFolder({ DIFFRACT_CACHE: '', XDG_CACHE_HOME: '' }), join(homedir(), '.cache', 'diffract'));
    assert.equal(modelFolder('m', { DIFFRACT_CACHE: '/a' }), '/a/models/m');
  });
});
