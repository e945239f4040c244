/* kernel.c - loops over lanes of 16 floats, and an exponential. */
#include "worker/kernel.h"

#include "base/check.h"

#include <stdint.h>
#include <string.h>

void
worker_kernel_axpy(
    float *restrict y, const float *restrict x, float a, size_t width)
{
	stoa_assert(width % WORKER_LANES == 0);
	for (size_t i = 0; i < width; i += WORKER_LANES) {
		for (size_t k = 0; k < WORKER_LANES; k++) {
			y[i + k] += a * x[i + k];
		}
	}
}

void
worker_kernel_prefetch(const float *row, size_t width)
{
	for (size_t i = 0; i < width; i += WORKER_LANES) {
		__builtin_prefetch(row + i, 1);
	}
}

/* e^x for x <= 0 (other values, NaN too, are clamped), within 2e-7: x = n ln 2
 * + r, |r| <= ln 2 / 2, a Taylor polynomial for e^r, and n added to the
 * exponent's bits. ln 2 is split so that n times its high part is exact (Cody
 * and Waite). */
static inline float
exp_negative(float x)
{
	const float round =
	    12582912.0f; /* 1.5 * 2^23: the fraction falls off */
	float n, r, p;
	uint32_t bits;

	x = x > -87.0f ? x : -87.0f;
	x = x < 0.0f ? x : 0.0f;
	n = (x * 1.44269504f + round) - round;
	r = x - n * 0.693359375f;
	r = r - n * -2.12194440e-4f;
	p = 1.0f / 720;
	p = p * r + 1.0f / 120;
	p = p * r + 1.0f / 24;
	p = p * r + 1.0f / 6;
	p = p * r + 0.5f;
	p = p * r + 1.0f;
	p = p * r + 1.0f;
	bits = (uint32_t)((int32_t)n + 127) << 23;
	memcpy(&n, &bits, sizeof(n));
	return p * n;
}

void
worker_kernel_softmax(float *row, size_t count, size_t width, float scale)
{
	float top = row[worker_kernel_top(row, count)];
	float sums[WORKER_LANES] = {0};
	float sum = 0;

	stoa_assert(count <= width);
	stoa_assert(width % WORKER_LANES == 0);
	for (size_t i = 0; i < width; i += WORKER_LANES) {
		for (size_t k = 0; k < WORKER_LANES; k++) {
			row[i + k] = exp_negative((row[i + k] - top) * scale);
		}
	}
	memset(row + count, 0, (width - count) * sizeof(*row));
	for (size_t i = 0; i < width; i += WORKER_LANES) {
		for (size_t k = 0; k < WORKER_LANES; k++) {
			sums[k] += row[i + k];
		}
	}
	for (size_t k = 0; k < WORKER_LANES; k++) {
		sum += sums[k];
	}
	sum = 1.0f / sum;
	for (size_t i = 0; i < width; i += WORKER_LANES) {
		for (size_t k = 0; k < WORKER_LANES; k++) {
			row[i + k] *= sum;
		}
	}
}

float
worker_kernel_peak(const float *row, size_t count)
{
	float top = row[worker_kernel_top(row, count)];
	float sum = 0;

	for (size_t i = 0; i < count; i++) {
		sum += exp_negative(row[i] - top);
	}
	return 1.0f / sum;
}

size_t
worker_kernel_top(const float *row, size_t count)
{
	size_t best = 0;

	stoa_assert(count > 0);
	for (size_t i = 1; i < count; i++) {
		if (row[i] > row[best]) {
			best = i;
		}
	}
	return best;
}
