// Package pace keeps each provider's limits before the provider does.
//
// A [Local] counts in the process. A [Shared] counts in Redis, so that all
// replicas keep one limit together, and goes on by its Local while Redis is out of
// reach. A limit of so many messages holds for every span of its window, wherever
// it begins: what a fixed or a sliding window of the provider's counts, stays
// below. That costs about a fifth of the throughput.
package pace
