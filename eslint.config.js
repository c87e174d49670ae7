// Lint rules of the house: typed rules that catch lost promises and missing cases, and the purity of core, contracts
// and workflows. Layout is prettier's business; directions of imports are dependency-cruiser's.
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import tseslint from 'typescript-eslint';

const HERE = fileURLToPath(new URL('.', import.meta.url));

const NODE_BUILT_INS = {
  paths: builtinModules.filter((name) => !name.startsWith('_')),
  patterns: [
    { group: ['node:*'], message: 'This room is pure: take what you need from Node as an argument or a port.' },
  ],
};

const CLOCK_AND_CHANCE = [
  {
    selector: "Identifier[name='Date']:not(TSTypeReference > Identifier)",
    message: 'No clock here: pass the time in.',
  },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'No global random here: use the counter-based generator of core/random.',
  },
];

const IMPORT_META = { selector: 'MetaProperty', message: 'import.meta differs between bundle and source.' };

const DEFAULT_EXPORT = { selector: 'ExportDefaultDeclaration', message: 'Exports have names here.' };

const AMBIENT = ['process', 'Buffer', 'performance', 'crypto', 'fetch', 'console', 'global', 'globalThis'];
const TIMERS = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'];

const house = {
  rules: {
    'disable-needs-reason': {
      meta: {
        type: 'problem',
        schema: [],
        messages: { missing: 'Say why, in at least ten characters: `{{directive}} rule-name -- the reason`.' },
      },
      create: (context) => ({
        Program() {
          for (const comment of context.sourceCode.getAllComments()) {
            const directive = /^\s*(eslint-disable(?:-next-line|-line)?)(?=\s|$)/.exec(comment.value)?.[1];
            const reason = /\s-{2,}\s+(.{10,})/s.exec(comment.value)?.[1];
            if (directive && !reason) context.report({ loc: comment.loc, messageId: 'missing', data: { directive } });
          }
        },
      }),
    },
  },
};

const restrictGlobals = (names) => ['error', ...names.map((name) => ({ name, message: 'This room is pure.' }))];

export default tseslint.config(
  { ignores: ['node_modules/', 'build/', '.diffract/', 'test/golden/', 'test/histories/'] },
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { house },
    rules: {
      'house/disable-needs-reason': 'error',
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-self-compare': 'error',
      'no-unreachable-loop': 'error',
      'no-unmodified-loop-condition': 'error',
    },
  },
  ...tseslint.configs.strictTypeChecked,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: HERE } },
    rules: {
      'no-restricted-syntax': ['error', DEFAULT_EXPORT],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          // node:test collects what these return; nobody needs to await it.
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['describe', 'it', 'test', 'suite'] },
          ],
        },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // Noise here: interfaces are records of functions, and Temporal's definitions take void as an argument.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // About enums and classes that this code does not have; typed rules are what lint spends its time on.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-generated-empty-object-type': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['core/**/*.ts', 'contracts/**/*.ts', 'workflows/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', NODE_BUILT_INS],
      'no-restricted-syntax': ['error', DEFAULT_EXPORT, IMPORT_META, ...CLOCK_AND_CHANCE],
    },
  },
  {
    files: ['core/**/*.ts', 'contracts/**/*.ts'],
    rules: { 'no-restricted-globals': restrictGlobals([...AMBIENT, ...TIMERS]) },
  },
  {
    // Timers are Temporal's own inside a workflow, so only the ambient names are out.
    files: ['workflows/**/*.ts'],
    rules: { 'no-restricted-globals': restrictGlobals(AMBIENT) },
  },
  {
    // A loop over a typed array knows its bounds; `?? 0` in it would hide a wrong one.
    files: ['core/**/*.ts'],
    ignores: ['core/plan/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'max-lines': 'off',
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    ...tseslint.configs.disableTypeChecked,
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs' },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
);
