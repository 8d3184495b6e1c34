import { addNote, notesOf, removeNote, setFlags } from '../../store/annotation.ts';
import { listSavedFilters, removeSavedFilter, saveFilter } from '../../store/saved-filter.ts';
import type { Handlers } from './context.ts';

export const annotationHandlers = {
  'flags.set': ({ session }, { sampleIds, flag, on, reviewer }) => {
    const open = session();
    setFlags(open.project.db, sampleIds, [flag], on, reviewer);
    open.samplesChanged();
    return {};
  },

  'notes.list': ({ session }, { sampleId }) => notesOf(session().project.db, sampleId),

  'notes.add': ({ session }, { sampleId, text, reviewer }) => {
    const open = session();
    const note = addNote(open.project.db, sampleId, text, reviewer);
    open.samplesChanged();
    return note;
  },

  'notes.remove': ({ session }, { id }) => {
    const open = session();
    removeNote(open.project.db, id);
    open.samplesChanged();
    return {};
  },

  'filters.list': ({ session }) => listSavedFilters(session().project.db),

  'filters.save': ({ session }, { name, filter, sort }) =>
    saveFilter(session().project.db, name, filter, sort),

  'filters.remove': ({ session }, { id }) => {
    removeSavedFilter(session().project.db, id);
    return {};
  },
} satisfies Partial<Handlers>;
