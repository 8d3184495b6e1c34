/**
 * What each number of a sample is called and how it is counted, in one place: lists, filters, the Sample tab and
 * docs/numbers.md say it in these words (`src-main/store/scores` computes them).
 */
import type { Measure } from './procedures/sample-filter.ts';

/** Numbers of one label that lists are not sorted by. */
export const LABEL_SCORES = ['rpnMask', 'rpnBox', 'truthMask', 'truthBox'] as const;
export type LabelScore = (typeof LABEL_SCORES)[number];

export type ScoreName = Measure | LabelScore;

export interface ScoreFacts {
  readonly name: string;
  readonly unit: '%' | 'bit';
  /** A whole sentence. */
  readonly counted: string;
}

export const SCORE_FACTS: Readonly<Record<ScoreName, ScoreFacts>> = {
  disagreement: {
    name: 'Disagreement of label and RPN',
    unit: '%',
    counted:
      '1 − IoU of the foreground of the label as predicted and the tokens where the RPN’s probability is above the preset’s threshold of the region, over the tokens that the label decides; ignored ones count for neither.',
  },
  uncertainty: {
    name: 'Uncertainty of the RPN',
    unit: 'bit',
    counted:
      'Mean entropy of the tenth of the RPN map’s tokens whose probability is nearest the threshold of the region: 0 bit is sure, 1 bit undecided.',
  },
  roiSize: {
    name: 'Size of the region',
    unit: '%',
    counted: 'Share of the picture that the box around the label’s foreground covers.',
  },
  roiX: {
    name: 'Region from the left',
    unit: '%',
    counted: 'Where the middle of that box lies, in shares of the picture’s width.',
  },
  roiY: {
    name: 'Region from the top',
    unit: '%',
    counted: 'Where the middle of that box lies, in shares of the picture’s height.',
  },
  iou: {
    name: 'Overlap with the correction',
    unit: '%',
    counted: 'IoU of the foreground of the label as predicted and as corrected.',
  },
  rpnMask: {
    name: 'IoU with RPN mask',
    unit: '%',
    counted:
      'Of the label’s foreground and the tokens where the RPN’s probability is above the preset’s threshold of the region, over the tokens that the label decides. For the label as predicted it is 1 − disagreement.',
  },
  rpnBox: {
    name: 'IoU with RPN box',
    unit: '%',
    counted: 'Of the box around the label’s foreground and the box around all boxes of the RPN, in pixels.',
  },
  truthMask: {
    name: 'IoU with true tokens',
    unit: '%',
    counted:
      'Of the label’s foreground and the tokens that a true box covers by half or more (of a smaller box, those it covers most), over the tokens that the label decides.',
  },
  truthBox: {
    name: 'IoU with true box',
    unit: '%',
    counted: 'Of the box around the label’s foreground and the box around all true boxes, in pixels.',
  },
};
