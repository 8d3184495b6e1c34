/**
 * Who may do what on a Fovea that several people share: the role that each procedure needs, one line each. A procedure
 * without a line does not compile. Both sides read this table: the main side refuses by it, the page says why beforehand.
 */
import { FoveaError } from './errors.ts';
import type { EventName, ProcedureName } from './procedures.ts';
import type { Role } from './role.ts';

interface Need {
  readonly role: Role;
  /**
   * Whether it is answered to a reviewer who decides blind: its handler reads by what that person may know (`store/desk`), or
   * says nothing of truth and decisions. What is not is refused until the round is over.
   */
  readonly blind: boolean;
}

const look: Need = { role: 'viewer', blind: true };
/** Counts or compares over everybody's decisions, or over the truth. */
const lookAtAll: Need = { role: 'viewer', blind: false };
const review: Need = { role: 'reviewer', blind: true };
/** Asks the model, about an answer that may be the truth's. */
const ask: Need = { role: 'reviewer', blind: false };
const manage: Need = { role: 'admin', blind: false };

export const NEEDS = {
  'app.info': look,
  'app.pathKind': manage,
  'project.open': manage,
  'project.recent': manage,
  'project.forgetRecent': manage,
  'project.forget': manage,
  'project.rename': manage,
  'project.create': manage,
  'project.demo': manage,
  'project.summary': look,
  'project.prompts': look,
  'project.setActiveRun': manage,
  'project.keeping': look,
  'pictures.state': look,
  'pictures.check': manage,
  'pictures.relinkPlan': manage,
  'pictures.relink': manage,
  'pictures.keep': manage,
  'preferences.get': look,
  'preferences.set': look,
  'samples.list': look,
  'samples.position': look,
  'samples.undecided': look,
  'samples.get': look,
  'samples.maps': look,
  'samples.predictions': look,
  'samples.picture': look,
  'samples.scores': look,
  'samples.answers': look,
  'samples.histograms': look,
  'gallery.thumbnail': look,
  'gallery.heat': look,
  'samples.ids': look,
  'samples.facets': look,
  'samples.similar': lookAtAll,
  'flags.set': review,
  'tags.set': review,
  'tags.list': look,
  'answers.judge': review,
  'notes.list': look,
  'notes.add': review,
  'notes.write': review,
  'notes.remove': review,
  'filters.list': look,
  'filters.save': manage,
  'filters.rename': manage,
  'filters.remove': manage,
  'batches.count': lookAtAll,
  'batches.start': manage,
  'batches.list': lookAtAll,
  'batches.audit': lookAtAll,
  'batches.judge': manage,
  'batches.apply': manage,
  'batches.undo': manage,
  'batches.cancel': manage,
  'batches.dismiss': manage,
  'dashboard.counts': lookAtAll,
  'dashboard.shapes': lookAtAll,
  'dashboard.answers': lookAtAll,
  'dashboard.tags': lookAtAll,
  'dashboard.speed': lookAtAll,
  'reviews.submit': review,
  'reviews.history': look,
  'reviews.words': look,
  'people.list': manage,
  'people.invite': manage,
  'people.revoke': manage,
  // What is one's own to do, and of a round its name.
  'deals.mine': look,
  'deals.list': lookAtAll,
  'deals.preview': manage,
  'deals.start': manage,
  'deals.end': manage,
  'adjudication.list': manage,
  'agreement.get': lookAtAll,
  'rejectReasons.list': look,
  'rejectReasons.set': manage,
  'presets.list': look,
  'jobs.list': look,
  'jobs.label': manage,
  'jobs.labelPreview': manage,
  'jobs.labelAnew': manage,
  'jobs.labelAnewPreview': manage,
  'jobs.predict': manage,
  'jobs.featureSize': manage,
  'jobs.cancel': manage,
  'jobs.page': look,
  'jobs.entry': look,
  'jobs.failures': look,
  'jobs.pause': manage,
  'jobs.resume': manage,
  'jobs.retry': manage,
  'jobs.first': manage,
  'models.list': manage,
  'models.add': manage,
  'models.check': manage,
  'models.download': manage,
  'models.cancel': manage,
  'models.removal': manage,
  'models.remove': manage,
  'import.preview': manage,
  'import.start': manage,
  'export.count': manage,
  'export.plan': manage,
  'import.log': manage,
  'import.merge': manage,
  'proposals.import': manage,
  'export.target': manage,
  'export.start': manage,
  'export.offer': manage,
  'storage.measure': manage,
  'storage.clean': manage,
  'uploads.begin': manage,
  'uploads.write': manage,
  'uploads.finish': manage,
  'uploads.cancel': manage,
  // Their cards say how reviewers decided.
  'datasets.list': lookAtAll,
  'datasets.freeze': manage,
  'datasets.diff': lookAtAll,
  'exchange.cancel': manage,
  'imports.list': lookAtAll,
  'removal.count': manage,
  'removal.start': manage,
  'inspect.tokens': ask,
  'inspect.ask': ask,
  'inspect.keep': manage,
  'inspect.causal': ask,
  'inspect.crop': ask,
  'inspect.cancel': ask,
  'ownPicture.ask': manage,
  'ownPicture.cancel': manage,
  'analysis.rankHeads': manage,
  'analysis.heads': ask,
  'analysis.cancel': ask,
  'presets.save': manage,
  'presets.own': look,
  'presets.broken': look,
  'presets.remove': manage,
  'recipes.preview': ask,
  'recipes.spread': ask,
  'recipes.apply': manage,
  'runs.list': look,
  'runs.takeBack': manage,
  'runs.putBack': manage,
  'runs.goOn': manage,
  'runs.rename': manage,
  'runs.removal': manage,
  'runs.remove': manage,
  'training.plan': manage,
  'training.start': manage,
  'training.runs': lookAtAll,
  'training.points': lookAtAll,
  'training.pause': manage,
  'training.resume': manage,
  'training.finish': manage,
  'training.cancel': manage,
  'training.versions': lookAtAll,
  'training.activate': manage,
  'compare.sides': lookAtAll,
  'compare.run': manage,
  'compare.list': lookAtAll,
  'compare.position': lookAtAll,
  'evaluations.list': lookAtAll,
  'evaluations.plan': manage,
  'evaluations.start': manage,
  'evaluations.table': lookAtAll,
  'evaluations.samples': lookAtAll,
  'evaluations.report': lookAtAll,
  'evaluations.remove': manage,
  'embeddings.status': look,
  'embeddings.encode': manage,
  'embeddings.similar': look,
  'embeddings.nearDuplicates': review,
  'embeddings.stop': review,
  // Every dot says what was decided.
  'embeddings.plane': lookAtAll,
} as const satisfies Readonly<Record<ProcedureName, Need>>;

/** What of an event a reviewer who decides blind hears: `own`: as far as it is about what that person may know. */
export const HEARD_BLIND = {
  'job.changed': 'all',
  'jobs.changed': 'all',
  'sample.changed': 'own',
  'samples.changed': 'all',
  'flags.changed': 'nothing',
  'tags.changed': 'all',
  'outcomes.changed': 'own',
  'notes.changed': 'own',
  'filters.changed': 'all',
  'deals.changed': 'all',
  'people.changed': 'nothing',
  'datasets.changed': 'nothing',
  'rejectReasons.changed': 'all',
  'batch.changed': 'nothing',
  'batch.progress': 'nothing',
  'preferences.changed': 'all',
  'project.changed': 'own',
  'project.remembered': 'all',
  'project.lost': 'all',
  'project.keeping': 'all',
  'pictures.changed': 'all',
  'models.changed': 'all',
  'models.task': 'all',
  'inspect.progress': 'all',
  'exchange.progress': 'all',
  'analysis.progress': 'all',
  'training.changed': 'nothing',
  'training.looking': 'nothing',
  'compare.progress': 'nothing',
  'embeddings.progress': 'all',
  'training.versions': 'nothing',
  'engine.changed': 'all',
} as const satisfies Readonly<Record<EventName, 'all' | 'own' | 'nothing'>>;

const RANK: Readonly<Record<Role, number>> = { viewer: 0, reviewer: 1, admin: 2 };

/** Whether a role is enough for a procedure. */
export function may(role: Role, name: ProcedureName): boolean {
  return RANK[role] >= RANK[NEEDS[name].role];
}

/** @throws FoveaError `forbidden` for what is not answered while a reviewer decides blind */
export function requireSeeing(name: ProcedureName): void {
  if (NEEDS[name].blind) return;
  throw new FoveaError('forbidden', 'This is closed to reviewers while a blind round is open', {
    where: name,
    next: 'Decide what was dealt to you; it opens when the round ends',
  });
}

/** In words why a role may not; null: it may. */
export function whyNot(role: Role, name: ProcedureName): string | null {
  if (may(role, name)) return null;
  const needed = NEEDS[name].role === 'admin' ? 'an admin' : 'a reviewer';
  return `You are here as a ${role}: this is for ${needed}`;
}

/** @throws FoveaError `forbidden` where the role is not enough for the procedure */
export function requireRole(role: Role, name: ProcedureName): void {
  const why = whyNot(role, name);
  if (why !== null) throw new FoveaError('forbidden', why, { where: name, next: ASK_ADMIN });
}

export const ASK_ADMIN = 'Ask whoever invited you for another invitation, or to do it';
