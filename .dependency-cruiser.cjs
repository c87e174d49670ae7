// Who may import whom. Each comment is the sentence that ARCHITECTURE.md states; the two are changed together.
// A rule that names a package in `only` rooms leaves test/ and bench/ free, since those may import anything.

/** Forbids files under `from` to import anything of this repository outside the rooms in `allowed`. */
const mayImportOnly = (name, comment, from, allowed) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: '.', pathNot: [...allowed, 'node_modules', '^[^/]+$'], dependencyTypesNot: ['core', 'npm', 'npm-dev'] },
});

/** Forbids a package everywhere but under `rooms`. */
const packageOnlyIn = (name, comment, packages, rooms) => ({
  name,
  severity: 'error',
  comment,
  from: { pathNot: [...rooms, '^test/', '^bench/'] },
  to: { path: `node_modules/(${packages})/` },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'No file reaches itself through its imports, types included.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'imports-resolve',
      severity: 'error',
      comment: 'Every import leads to a file or to a package that package.json names.',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'packages-are-declared',
      severity: 'error',
      comment: 'Every package that is imported stands in package.json.',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-development-packages-at-run-time',
      severity: 'error',
      comment: 'Only test/ and bench/ import development dependencies: the image of the workers has none of them.',
      from: { pathNot: ['^test/', '^bench/'] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'type-only'] },
    },
    mayImportOnly(
      'contracts-import-nothing',
      'contracts/ holds types and names and imports nothing but itself: a change here can break running workflows.',
      '^contracts/',
      ['^contracts/'],
    ),
    {
      name: 'contracts-need-no-package',
      severity: 'error',
      comment: 'contracts/ needs no package and no part of Node, so that every side can import it.',
      from: { path: '^contracts/' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev'] },
    },
    mayImportOnly(
      'core-imports-contracts',
      'core/ is pure: of this repository it sees contracts/ only, and it declares the ports that it needs.',
      '^core/',
      ['^contracts/', '^core/'],
    ),
    {
      name: 'core-needs-no-node',
      severity: 'error',
      comment: 'core/ takes nothing from Node, no Temporal and no package that reaches the outside world.',
      from: { path: '^core/' },
      to: {
        path: '.',
        pathNot: ['^contracts/', '^core/', 'node_modules/(@bufbuild/protobuf|@huggingface/(jinja|tokenizers))/'],
        dependencyTypes: ['core', 'npm', 'npm-dev'],
      },
    },
    mayImportOnly(
      'plan-is-small',
      'core/plan runs inside workflows, so it sees contracts/ and itself only.',
      '^core/plan/',
      ['^contracts/', '^core/plan/'],
    ),
    mayImportOnly(
      'tasks-import-core',
      'tasks/ know prompts, parsers and graders; they see contracts/ and core/ only.',
      '^tasks/',
      ['^contracts/', '^core/', '^tasks/'],
    ),
    mayImportOnly(
      'adapters-implement-ports',
      'adapters/ implement ports that core, tasks or activities declare; of activities/ they see the ports only.',
      '^adapters/',
      ['^contracts/', '^core/', '^tasks/', '^adapters/', '^activities/ports(/|\\.ts$)'],
    ),
    mayImportOnly(
      'activities-call-ports',
      'activities/ translate between Temporal and core; adapters reach them as arguments, never as imports.',
      '^activities/',
      ['^contracts/', '^core/', '^tasks/', '^activities/'],
    ),
    mayImportOnly(
      'workflows-tell-the-story',
      'workflows/ see contracts/ and core/plan only: never activities, adapters or configuration.',
      '^workflows/',
      ['^contracts/', '^core/plan/', '^workflows/'],
    ),
    {
      name: 'workflows-use-the-workflow-package',
      severity: 'error',
      comment:
        'Of all packages workflows/ import @temporalio/workflow alone, and @temporalio/common for what it lacks.',
      from: { path: '^workflows/' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev'], pathNot: 'node_modules/@temporalio/(workflow|common)/' },
    },
    {
      name: 'workflows-never-reach-node',
      severity: 'error',
      comment: 'Nothing that a workflow imports reaches Node, zod, a model runtime or an adapter, however far away.',
      from: { path: '^workflows/' },
      to: {
        reachable: true,
        path: [
          '^(node:)?(fs|path|os|crypto|child_process|net|http|https|stream|url|worker_threads|process|timers|util|events)(/|$)',
          'node_modules/(zod|onnxruntime-node|node-llama-cpp|@aws-sdk)/',
          '^(adapters|activities|workers|cli|config)/',
        ],
      },
    },
    mayImportOnly(
      'workers-wire',
      'workers/ are the composition roots: they may see every room but the ones that people and tests come in by.',
      '^workers/',
      ['^(contracts|core|tasks|adapters|activities|workflows|config|workers)/'],
    ),
    mayImportOnly(
      'config-is-data',
      'config/ is one schema and one loader; it sees contracts/ only and is passed inward as plain data.',
      '^config/',
      ['^contracts/', '^config/'],
    ),
    {
      name: 'cli-stays-outside',
      severity: 'error',
      comment: 'cli/ and web/ are clients: they never import activities/, and workflows/ only for their types.',
      from: { path: '^(cli|web)/' },
      to: { path: '^(activities|workflows)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'cli-starts-workers-by-the-stack',
      severity: 'error',
      comment:
        'Of workers/ the cli sees workers/stack.ts, which starts and stops the processes, and workers/judge.ts, which asks in its own.',
      from: { path: '^cli/' },
      to: { path: '^workers/', pathNot: '^workers/(stack|judge)\\.ts$' },
    },
    {
      name: 'web-starts-nothing',
      severity: 'error',
      comment: 'web/ reads: it imports nothing of workers/ or cli/.',
      from: { path: '^web/' },
      to: { path: '^(workers|cli)/' },
    },
    {
      name: 'nothing-imports-test',
      severity: 'error',
      comment: 'test/ and bench/ may import anything; nothing else may import them.',
      from: { pathNot: ['^test/', '^bench/'] },
      to: { path: '^(test|bench)/' },
    },
    packageOnlyIn(
      'onnxruntime-only-in-its-adapter',
      'Only adapters/onnx imports onnxruntime-node.',
      'onnxruntime-(node|common)',
      ['^adapters/onnx/'],
    ),
    packageOnlyIn('s3-only-in-the-store', 'Only adapters/store imports the S3 SDK.', '@aws-sdk|@smithy', [
      '^adapters/store/',
    ]),
    packageOnlyIn(
      'language-model-server-only-in-its-adapter',
      'Only adapters/llm imports a language-model runtime.',
      'node-llama-cpp',
      ['^adapters/llm/'],
    ),
    packageOnlyIn(
      'kubernetes-only-in-its-adapter',
      'Only adapters/trainer/kubernetes imports the Kubernetes client.',
      '@kubernetes/client-node',
      ['^adapters/trainer/kubernetes/'],
    ),
    packageOnlyIn('language-identifier-only-in-its-adapter', 'Only adapters/language imports eld.', 'eld', [
      '^adapters/language/',
    ]),
    packageOnlyIn(
      'activity-context-only-in-activities',
      'Only activities/ import @temporalio/activity, so that heartbeats and cancellation meet core at one place.',
      '@temporalio/activity',
      ['^activities/'],
    ),
    packageOnlyIn(
      'worker-runtime-only-in-workers',
      'Only workers/ import @temporalio/worker, which brings the native bridge.',
      '@temporalio/worker',
      ['^workers/'],
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: 'specify',
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
    moduleSystems: ['es6'],
  },
};
