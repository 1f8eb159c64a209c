/** Placeholder of the public module until its first slice lands. */
export interface Entry { v: 1; kind: string; id: string; matter: string | null; by: string; occurredAt: string; recordedAt: string; audience: 'public' | 'parties' | 'own'; corrects?: string; body: Record<string, unknown> }
