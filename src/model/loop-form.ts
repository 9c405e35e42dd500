/** Every loop that is written `with_NAME`, by its NAME. */
export const loopForms = [
  ...(['items', 'list', 'flattened', 'dict', 'indexed_items', 'nested', 'cartesian'] as const),
  ...(['together', 'subelements', 'sequence', 'fileglob', 'random_choice', 'first_found'] as const),
] as const;

/** The word behind `with_`: how what stands there becomes the list of items. */
export type LoopForm = (typeof loopForms)[number];
