// Which room may know which. Lower floors never import higher ones, chains included; see ARCHITECTURE.md.
const floors = ['proof', 'base', 'ledger', 'ui', 'rooms', 'witness', 'record', 'web'];
const rules = floors.slice(0, -1).map((floor, i) => ({
  name: `${floor}-knows-nothing-above`,
  severity: 'error',
  from: { path: `^src/${floor}/`, pathNot: '\\.test\\.tsx?$' },
  to: { path: `^src/(${floors.slice(i + 1).join('|')}|post|audit|adapters|cli|islands)/|^src/main` },
}));
module.exports = {
  forbidden: [
    ...rules.map((rule) => (rule.name.startsWith('web') ? rule : rule)),
    {
      name: 'proof-imports-nothing',
      comment: 'src/proof runs unchanged in the browser, the command line and the server.',
      severity: 'error',
      from: { path: '^src/proof/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^src/proof/' },
    },
    {
      name: 'rooms-meet-through-view-and-entries',
      comment:
        'A room reads another room only through its view.ts or entries.ts; the clock lends its pure rules to all.',
      severity: 'error',
      from: { path: '^src/rooms/([^/]+)/', pathNot: '\\.test\\.tsx?$' },
      to: {
        path: '^src/rooms/[^/]+/',
        pathNot: '^src/rooms/$1/|^src/rooms/[^/]+/(view|entries)\\.ts$|^src/rooms/clock/rules\\.ts$',
      },
    },
    {
      name: 'audit-stands-on-proof-and-base',
      comment: 'Who watches a log shares no code with who runs one, but the proofs; the network is passed in.',
      severity: 'error',
      from: { path: '^src/audit/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/(?!audit/|proof/|base/)' },
    },
    {
      name: 'portable-stands-on-proof-base-ledger',
      comment: 'Who checks an export needs no room, no page and no witness; what those know is passed in.',
      severity: 'error',
      from: { path: '^src/portable/', pathNot: '\\.test\\.tsx?$' },
      to: { path: '^src/(?!portable/|proof/|base/|ledger/)' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'only-main-wires',
      comment:
        'Adapters implement interfaces that their users own; nobody but main, the command line and tests reaches for them.',
      severity: 'error',
      from: { path: '^src/(proof|base|ledger|ui|rooms|witness|record|web|post|audit)/', pathNot: '\\.test\\.tsx?$' },
      to: { path: '^src/adapters/' },
    },
    {
      name: 'main-is-the-top',
      severity: 'error',
      from: { pathNot: '^src/(main|cli/)|\\.test\\.tsx?$|^(test|bench)/' },
      to: { path: '^src/main' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.mjs'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
