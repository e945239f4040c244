/* kernel.h - the inner loops.
 *
 * Everything works on rows of floats whose length is a multiple of
 * WORKER_LANES, in loops that the compiler turns into vector code. Additions
 * happen in an order that does not depend on the vector width, no product is
 * fused into a sum (the objects are built with -ffp-contract=off), and the
 * exponential is computed here rather than by the C library, which picks
 * another variant on another processor: so a model's bytes depend on the
 * build alone, not on the machine. Layer 2, pure. */
#ifndef WORKER_KERNEL_H
#define WORKER_KERNEL_H

#include <stddef.h>

/* One cache line of floats. */
#define WORKER_LANES 16u

/* `count` rounded up to whole lanes. */
static inline size_t
worker_lanes(size_t count)
{
	return (count + WORKER_LANES - 1) / WORKER_LANES * WORKER_LANES;
}

/* y += a * x; y and x must not overlap. */
void worker_kernel_axpy(float *y, const float *x, float a, size_t width);

/* Asks for a row that will be needed soon. */
void worker_kernel_prefetch(const float *row, size_t width);

/* Turns the first `count` logits of a row into probabilities of
 * logit * scale; the rest of the row becomes zero. */
void worker_kernel_softmax(float *row, size_t count, size_t width, float scale);

/* The largest probability of the first `count` logits; leaves them alone. */
float worker_kernel_peak(const float *row, size_t count);

/* Index of the largest of `count` > 0; the first one on a tie. */
size_t worker_kernel_top(const float *row, size_t count);

#endif
