export { UndefinedError } from './errors.ts';
export { expressionFaults, templateFaults } from './faults.ts';
export { isOmit } from './omit.ts';
export {
  callsIn,
  freeVariables,
  freeVariablesOfExpression,
  type Reference,
  referencesOfExpression,
  referencesOfTemplate,
} from './references.ts';
export { evaluate, evaluateCondition, isTemplate, render, renderText } from './render.ts';
export { type Explanation, type Layer, lazyMap, Scope, scopeAsMap } from './scope.ts';
