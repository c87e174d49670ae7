// Which generators have a solver.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { GeneratorConfig, SolverConfig } from '../../../contracts/campaign.ts';
import { solvedGenerators } from '../../../core/plan/solved-generators.ts';

it('finds the solvers of language models and of files that name one, in the order of the campaign file', () => {
  const sampling = { temperature: 1, topP: 1, maxTokens: 10 };
  const endpoint = { model: 'm', servers: [{ url: 'http://x/v1', weight: 1 }], route: 'chat' } as const;
  const solver: SolverConfig = { endpoint, sampling, attempts: 3, agreement: 2 };
  const fewShots = { count: 1, policy: 'pool' } as const;
  const asked = { endpoint, sampling, requests: 1, perRequest: 1, fewShots, structured: false };
  const generators: GeneratorConfig[] = [
    { kind: 'file', name: 'checked', sources: [], count: 1, solver },
    { kind: 'symbolic', name: 'rules', slices: ['a'], count: 1 },
    { kind: 'file', name: 'believed', sources: [], count: 1 },
    { kind: 'llm', name: 'writer', ...asked, solver: { ...solver, attempts: 0 } },
  ];
  assert.deepEqual(solvedGenerators(generators), [
    { name: 'checked', solver },
    { name: 'writer', solver: { ...solver, attempts: 0 } },
  ]);
});
