/** A model whose attention is wrong where steps of many sequences are made together, and right for one. */
import type { ModelGraphs } from '../../models/architectures/index.ts';

/** The softmax goes over heads in the place of keys. */
export function wrongTogether(graphs: ModelGraphs): ModelGraphs {
  return {
    ...graphs,
    attention: (shape) => {
      const graph = graphs.attention(shape);
      if (shape.sequences === 'one') return graph;
      const nodes = graph.nodes.map((node) =>
        node.op === 'Softmax' ? { ...node, attributes: { ...node.attributes, axis: 0 } } : node,
      );
      return { ...graph, nodes };
    },
  };
}
