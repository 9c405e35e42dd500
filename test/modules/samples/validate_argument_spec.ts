import type { ModuleSample } from '../../support/module-sample.ts';

const argument_spec = { port: { type: 'int', required: true } };

export const samples: readonly ModuleSample[] = [
  { params: { argument_spec, provided_arguments: { port: 80 } }, current: {} },
  { params: { argument_spec, provided_arguments: { port: 'x' } }, current: {} },
];
