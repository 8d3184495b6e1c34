/** Methods that others have under a name and Fovea has not, with the reason: asked for by name, they are refused by it. */

const GRADIENTS = 'it needs gradients of attention or of pixels, which the runtime does not make';
const BLOCKS = 'it looks at a large picture in blocks, which changes what every block is asked of';

/** By the names of their authors' command lines. */
export const REFUSED_METHODS: ReadonlyMap<string, string> = new Map([
  // saccharomycetes/mllms_know, run.py.
  ['grad_att', `ViCrop’s gradient-weighted attention: ${GRADIENTS}; vicrop is its relative attention`],
  ['grad_att_high', `ViCrop’s gradient-weighted attention: ${GRADIENTS}; vicrop is its relative attention`],
  ['pure_grad', `ViCrop’s input gradient: ${GRADIENTS}; vicrop is its relative attention`],
  ['pure_grad_high', `ViCrop’s input gradient: ${GRADIENTS}; vicrop is its relative attention`],
  ['rel_att_high', `ViCrop’s relative attention of large pictures: ${BLOCKS}; vicrop looks at the whole`],
]);
