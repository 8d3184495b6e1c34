import { Asked } from '../../inspect/asked.ts';
import { causalCheck } from '../../inspect/causal.ts';
import { cropAnswer } from '../../inspect/crop.ts';
import { Newest } from '../../inspect/newest.ts';
import { tokenView } from '../../inspect/tokens.ts';
import type { Engine } from '../../engine/protocol.ts';
import type { Session } from '../session.ts';
import type { Handlers } from './context.ts';

/** What is being tried on an open project; it goes with the project. */
interface Trials {
  readonly newest: Newest;
  readonly asked: Asked;
}
const trials = new WeakMap<Session, Trials>();

function trialsOf(session: Session, engine: Engine): Trials {
  const known = trials.get(session);
  if (known) return known;
  const made = { newest: new Newest(), asked: new Asked(session.project, engine) };
  trials.set(session, made);
  return made;
}

export const inspectHandlers = {
  'inspect.tokens': ({ session, options: { engine } }, { slot, predictionId }) => {
    const open = session();
    const { newest } = trialsOf(open, engine);
    return open.task((closing) =>
      newest.run(`tokens ${slot}`, closing, (signal) =>
        tokenView(open.project, engine, predictionId, signal),
      ),
    );
  },

  'inspect.ask': ({ session, options: { engine } }, { slot, ...question }) => {
    const open = session();
    const { newest, asked } = trialsOf(open, engine);
    return open.task((closing) =>
      newest.run(`ask ${slot}`, closing, (signal) => asked.ask(question, signal)),
    );
  },

  'inspect.keep': ({ session, options: { engine } }, { askId, externalId, reviewer }) => {
    const open = session();
    const kept = trialsOf(open, engine).asked.keep(askId, externalId, reviewer);
    open.sampleChanged(kept.sampleId);
    open.projectChanged(true);
    return kept;
  },

  'inspect.causal': ({ session, publish, options: { engine } }, { slot, ...wish }) => {
    const open = session();
    const { newest } = trialsOf(open, engine);
    const tell = (done: number, total: number): void => publish('inspect.progress', { slot, done, total });
    return open.task((closing) =>
      newest.run(`causal ${slot}`, closing, (signal) =>
        causalCheck(open.project, engine, wish, tell, signal),
      ),
    );
  },

  'inspect.crop': ({ session, options: { engine } }, { slot, ...wish }) => {
    const open = session();
    const { newest } = trialsOf(open, engine);
    return open.task(async (closing) => {
      const answer = await newest.run(`crop ${slot}`, closing, (signal) =>
        cropAnswer(open.project, engine, wish, signal),
      );
      if (answer.kept) open.sampleChanged(answer.sampleId);
      return answer;
    });
  },

  'inspect.cancel': ({ session, options: { engine } }, { slot, kind }) => {
    trialsOf(session(), engine).newest.cancel(`${kind} ${slot}`);
    return {};
  },
} satisfies Partial<Handlers>;
