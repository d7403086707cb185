import type { components } from './schema';

type Schemas = components['schemas'];

export type Report = Schemas['Report'];
export type Estimate = Schemas['Estimate'];
export type LatencyBand = Schemas['LatencyBand'];
export type LayerReport = Schemas['LayerReport'];
export type StepReport = Schemas['StepReport'];
export type FailureReport = Schemas['FailureReport'];
export type WorkflowList = Schemas['WorkflowList'];
export type WorkflowSummary = Schemas['WorkflowSummary'];
export type TimeSeries = Schemas['TimeSeries'];
export type QualityReport = Schemas['QualityReport'];
export type TraceList = Schemas['TraceList'];
export type TraceEntry = Schemas['TraceEntry'];
export type Receivers = Schemas['Receivers'];
export type StoreChange = Schemas['StoreChange'];
export type SpanEntry = Schemas['SpanEntry'];
export type StepEntry = Schemas['StepEntry'];
export type DefectEntry = Schemas['DefectEntry'];
/** Attributes are free-form in the document; they are scalars. */
export type TraceReport = Schemas['TraceReport'];
