import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { ReadableDb } from '../../store/db.ts';
import {
  addNote,
  noteAuthor,
  noteSummary,
  notesOf,
  removeNote,
  setFlags,
  writeNote,
} from '../../store/samples/annotation.ts';
import { projectTags } from '../../store/samples/facets.ts';
import { judgeAnswer, sampleOutcome } from '../../store/samples/answer-verdict.ts';
import { changeTag } from '../../store/samples/tag.ts';
import {
  listSavedFilters,
  removeSavedFilter,
  renameSavedFilter,
  saveFilter,
} from '../../store/samples/saved-filter.ts';
import { freeSession, requireDealt, type HandlerContext, type Handlers } from './context.ts';

/** Tells every window what the sample's notes are now. */
function tellNotes({ session, publish }: HandlerContext, sampleId: number): void {
  publish('notes.changed', { sampleId, ...noteSummary(session().project.db, sampleId) });
}

/** A reviewer's words are nobody else's to change. @throws FoveaError `forbidden` */
function requireOwnNote({ caller }: HandlerContext, db: ReadableDb, id: number): void {
  const author = caller.role === 'admin' ? null : noteAuthor(db, id);
  if (author === null || author === caller.name) return;
  throw new FoveaError('forbidden', `This note is ${author}’s`, { next: 'Write one of your own beside it' });
}

export const annotationHandlers = {
  'flags.set': async (context, { sampleIds, flag, on, reviewer }) => {
    const { project } = await freeSession(context);
    requireDealt(context, sampleIds);
    const changed = setFlags(project.db, sampleIds, [flag], on, reviewer);
    if (changed.length > 0) context.publish('flags.changed', { sampleIds: changed, flag, on });
    return { changed };
  },

  'tags.set': async (context, { sampleIds, tag, on, reviewer }) => {
    const { project } = await freeSession(context);
    requireDealt(context, sampleIds);
    const changed = changeTag(project.db, sampleIds, { tag, on, reviewer });
    if (changed.length > 0) context.publish('tags.changed', { sampleIds: changed, tag, on });
    return { changed };
  },

  'tags.list': ({ session }) => projectTags(session().project.db),

  'answers.judge': async (context, { sampleId, answer, verdict, reviewer }) => {
    const { project } = await freeSession(context);
    requireDealt(context, [sampleId]);
    const wish = { sampleId, answer, verdict, reviewer, at: new Date().toISOString() };
    if (judgeAnswer(project.db, wish))
      context.publish('outcomes.changed', { sampleId, ...sampleOutcome(project.db, sampleId)! });
    // What comes of it is for whoever may know it.
    return sampleOutcome(context.seen(), sampleId)!;
  },

  'notes.list': ({ seen }, { sampleId }) => notesOf(seen(), sampleId),

  'notes.add': async (context, { sampleId, text, reviewer }) => {
    const { project } = await freeSession(context);
    requireDealt(context, [sampleId]);
    const note = addNote(project.db, sampleId, text, reviewer);
    tellNotes(context, sampleId);
    return note;
  },

  'notes.write': async (context, draft) => {
    const { project } = await freeSession(context);
    requireDealt(context, [draft.sampleId]);
    if (draft.id !== null) requireOwnNote(context, project.db, draft.id);
    const note = writeNote(project.db, draft);
    tellNotes(context, draft.sampleId);
    return note;
  },

  'notes.remove': async (context, { id }) => {
    const { project } = await freeSession(context);
    requireOwnNote(context, project.db, id);
    const sampleId = removeNote(project.db, id);
    if (sampleId !== null) tellNotes(context, sampleId);
    return {};
  },

  'filters.list': ({ session }) => listSavedFilters(session().project.db),

  'filters.save': ({ session, publish }, { name, filter, sort }) => {
    const saved = saveFilter(session().project.db, name, filter, sort);
    publish('filters.changed', {});
    return saved;
  },

  'filters.rename': ({ session, publish }, { id, name }) => {
    const renamed = renameSavedFilter(session().project.db, id, name);
    publish('filters.changed', {});
    return renamed;
  },

  'filters.remove': ({ session, publish }, { id }) => {
    removeSavedFilter(session().project.db, id);
    publish('filters.changed', {});
    return {};
  },
} satisfies Partial<Handlers>;
