/* Logarithms of the energies in frequency bands of int16 samples, portable reference. */
#ifndef LOG_MEL_S16__REF_H
#define LOG_MEL_S16__REF_H

#include "tcm.h"

/* round(value / 2^shift), ties up. */
TCM_KERNEL int64_t log_mel_s16__ref_round(int64_t value, int32_t shift)
{
    return (value + ((int64_t)1 << (shift - 1))) >> shift;
}

/* value times factor, complex numbers of two words each; the factor has 30 fractional bits. */
TCM_KERNEL void log_mel_s16__ref_turn(const int32_t *value, const int32_t *factor, int32_t *turned)
{
    const int64_t real = (int64_t)value[0] * factor[0] - (int64_t)value[1] * factor[1];
    const int64_t imaginary = (int64_t)value[0] * factor[1] + (int64_t)value[1] * factor[0];
    turned[0] = (int32_t)log_mel_s16__ref_round(real, 30);
    turned[1] = (int32_t)log_mel_s16__ref_round(imaginary, 30);
}

/* Sample i of a frame times the window, 0 behind it. */
TCM_KERNEL int32_t log_mel_s16__ref_windowed(const int16_t *frame, const int16_t *window, int32_t length, int32_t i,
                                             int32_t shift)
{
    return i < length ? (frame[i] * window[i] + (INT32_C(1) << (shift - 1))) >> shift : 0;
}

/* Even and odd samples become real and imaginary parts of count complex numbers, a power of two, each where the
 * reversed bits of its place say. */
TCM_KERNEL void log_mel_s16__ref_load(const int16_t *frame, const int16_t *window, int32_t length, int32_t *values,
                                      int32_t count, int32_t shift)
{
    int32_t place = 0;
    for (int32_t i = 0; i < 2 * count; i += 2) {
        values[2 * place] = log_mel_s16__ref_windowed(frame, window, length, i, shift);
        values[2 * place + 1] = log_mel_s16__ref_windowed(frame, window, length, i + 1, shift);
        int32_t bit = count / 2; /* adds 1 from the highest bit on */
        for (; place & bit; bit >>= 1) {
            place ^= bit;
        }
        place |= bit;
    }
}

/* The sum and the difference of two complex numbers, in their places. */
TCM_KERNEL void log_mel_s16__ref_join(int32_t *first, int32_t *second, const int32_t *turned)
{
    const int32_t real = turned[0];
    const int32_t imaginary = turned[1];
    second[0] = first[0] - real;
    second[1] = first[1] - imaginary;
    first[0] += real;
    first[1] += imaginary;
}

/* The transform of count complex numbers, in place; twiddles go around half a circle in count steps. The first one is
 * 1, with which a product is the number itself. */
TCM_KERNEL void log_mel_s16__ref_transform(int32_t *values, const int32_t *twiddles, int32_t count)
{
    for (int32_t width = 1; width < count; width *= 2) {
        for (int32_t block = 0; block < count; block += 2 * width) {
            int32_t *const first = values + 2 * block;
            int32_t *const second = first + 2 * width;
            log_mel_s16__ref_join(first, second, second);
            for (int32_t i = 1; i < width; i++) {
                int32_t turned[2];
                log_mel_s16__ref_turn(second + 2 * i, twiddles + 2 * i * (count / width), turned);
                log_mel_s16__ref_join(first + 2 * i, second + 2 * i, turned);
            }
        }
    }
}

/* The power of a complex number; takes its place as the low and the high word. */
TCM_KERNEL void log_mel_s16__ref_power(int32_t real, int32_t imaginary, int32_t *power)
{
    const int64_t sum = log_mel_s16__ref_round((int64_t)real * real + (int64_t)imaginary * imaginary, 10);
    power[0] = (int32_t)(uint32_t)sum;
    power[1] = (int32_t)(sum >> 32);
}

/* The powers of count + 1 frequencies of real samples, in the place of the transform of their even and odd ones. */
TCM_KERNEL void log_mel_s16__ref_powers(int32_t *values, const int32_t *twiddles, int32_t count)
{
    for (int32_t k = 0; k <= count / 2; k++) {
        int32_t *const lower = values + 2 * k;
        int32_t *const upper = values + 2 * (count - k);
        const int32_t *const mirrored = k == 0 ? lower : upper;
        const int32_t even[2] = {lower[0] + mirrored[0], lower[1] - mirrored[1]};
        const int32_t odd[2] = {lower[0] - mirrored[0], lower[1] + mirrored[1]};
        int32_t turned[2];
        log_mel_s16__ref_turn(odd, twiddles + 2 * k, turned);
        log_mel_s16__ref_power(even[0] + turned[1], even[1] - turned[0], lower);
        log_mel_s16__ref_power(even[0] - turned[1], even[1] + turned[0], upper);
    }
}

/* log2 in 16 fractional bits of a value from 1 to 2^63 - 1. table: log2(1 + i / 64). */
TCM_KERNEL int32_t log_mel_s16__ref_log2(uint64_t value, const int32_t *table)
{
    const int32_t zeros = __builtin_clzll(value);
    const uint64_t place = value << zeros; /* the highest bit is set */
    const int32_t *const entry = table + ((place >> 57) & 63U);
    const int32_t rest = (int32_t)((place >> 41) & 0xFFFFU);
    return (63 - zeros) * 65536 + entry[0] + (((entry[1] - entry[0]) * rest + 32768) >> 16);
}

TCM_KERNEL void log_mel_s16__ref(const int16_t *input, const int16_t *window, const int16_t *band_places,
                                 const int16_t *band_weights, const int32_t *twiddles, const int32_t *log_table,
                                 int8_t *output, uint8_t *scratch, int32_t batches, int32_t samples, int32_t frames,
                                 int32_t bands, int32_t length, int32_t size, int32_t hop, int64_t floor,
                                 int32_t log_offset, int32_t multiplier, int32_t shift, int32_t output_offset)
{
    int32_t *const values = (int32_t *)(void *)scratch;
    const int32_t count = size / 2;
    const int32_t window_shift = 1 + (31 - __builtin_clz((uint32_t)size)); /* of Q0.15 to 14 - log2(size) bits */
    for (int32_t frame = 0; frame < batches * frames; frame++) {
        const int16_t *const first = input + frame / frames * samples + frame % frames * hop;
        log_mel_s16__ref_load(first, window, length, values, count, window_shift);
        log_mel_s16__ref_transform(values, twiddles, count);
        log_mel_s16__ref_powers(values, twiddles, count);
        const int16_t *weight = band_weights;
        for (int32_t band = 0; band < bands; band++) {
            const int32_t *power = values + 2 * band_places[2 * band];
            uint64_t energy = (uint64_t)floor;
            for (int32_t i = 0; i < band_places[2 * band + 1]; i++, power += 2, weight++) {
                const uint64_t bits = ((uint64_t)(uint32_t)power[1] << 32) | (uint32_t)power[0];
                energy += bits * (uint16_t)*weight;
            }
            const int32_t logarithm = log_mel_s16__ref_log2(energy, log_table) + log_offset;
            *output++ = tcm_requantize_s8(logarithm, multiplier, shift, output_offset, -128, 127);
        }
    }
}

#endif
