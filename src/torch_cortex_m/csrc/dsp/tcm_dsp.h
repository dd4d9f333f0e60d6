/* What kernels for cores with the DSP extension (Cortex-M4, M7, M33) share: instructions and fast requantization. */
#ifndef TCM_DSP_H
#define TCM_DSP_H

#include "tcm.h"

/* Before a loop of few turns whose count is a literal: no loop is left, and arrays that it indexes become registers.
 * TCM_UNROLL_BY_4: before one of many turns, of which four are done at once. */
#if defined(__clang__)
#define TCM_UNROLL _Pragma("clang loop unroll(full)")
#define TCM_UNROLL_BY_4 _Pragma("clang loop unroll_count(4)")
#else
#define TCM_UNROLL _Pragma("GCC unroll 16")
#define TCM_UNROLL_BY_4 _Pragma("GCC unroll 4")
#endif

/* The long loops in assembly. TCM_DSP_TURN: steps in a turn. Many parts with a Cortex-M4 have 1 KB of instruction
 * cache, which a loop of 16 steps and what surrounds it would not fit; other cores have more, and take up to 1.7 %
 * longer with 8. TCM_DSP_LOADS_OVERLAP: an M4 takes 5 cycles for four loads in a row, as for one of four registers, and
 * 6 for two of two words; others take no fewer, and an M33 more for one of four. TCM_DSP_WORDS: two words from r1 on,
 * which moves behind them, and r10 and r11 from r0 + 8. A Cortex-M7 is told from an M4 by its unit for double
 * precision; one without it takes the loops of the M4. TCM_DSP_PIPELINED: an M7 issues a load beside a product, but
 * waits two or three cycles for what it loads; see tcm_dsp_pipelined.h. */
#if defined(__ARM_ARCH_7EM__) && !(defined(__ARM_FP) && (__ARM_FP & 8))
#define TCM_DSP_TURN "8"
#define TCM_DSP_LOADS_OVERLAP 1
#define TCM_DSP_WORDS_BYTES "16"
#define TCM_DSP_WORDS(first, second)     \
    "ldr.w " second ", [r1, #4]\n\t"     \
    "ldr.w r10, [r0, #8]\n\t"            \
    "ldr.w r11, [r0, #12]\n\t"           \
    "ldr.w " first ", [r1], #8\n\t"
#else
#define TCM_DSP_TURN "16"
#define TCM_DSP_LOADS_OVERLAP 0
#define TCM_DSP_WORDS_BYTES "8"
#define TCM_DSP_WORDS(first, second)                   \
    "ldrd " first ", " second ", [r1], #8\n\t"         \
    "ldrd r10, r11, [r0, #8]\n\t"
#endif
#if defined(__ARM_ARCH_7EM__) && !TCM_DSP_LOADS_OVERLAP
#define TCM_DSP_PIPELINED 1
#else
#define TCM_DSP_PIPELINED 0
#endif

/* One pair of inputs with the weights of two filters, which share a word or not. */
#define TCM_DSP_TWO_SUPERPOSED(inputs, weights, first, second)    \
    "sxtb16 r12, " weights "\n\t"                                 \
    "smlad " first ", " inputs ", r12, " first "\n\t"             \
    "smlad " second ", " inputs ", " weights ", " second "\n\t"

#define TCM_DSP_TWO_SEPARATE(inputs, weights, first, second)      \
    "sxtb16 r12, " weights "\n\t"                                 \
    "sxtb16 " weights ", " weights ", ror #8\n\t"                 \
    "smlad " first ", " inputs ", r12, " first "\n\t"             \
    "smlad " second ", " inputs ", " weights ", " second "\n\t"

/* Products that are added. They are volatile so that the compiler keeps their order, which is chosen to need few
 * registers; left to its scheduler, GCC spills. */
#define TCM_DSP_ACCUMULATE(name)                                                                                      \
    TCM_KERNEL int32_t tcm_##name(int32_t a, int32_t b, int32_t sum)                                                  \
    {                                                                                                                 \
        int32_t result;                                                                                               \
        __asm__ volatile(#name " %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));                          \
        return result;                                                                                                \
    }

TCM_DSP_ACCUMULATE(smlad)  /* sum + a.low * b.low + a.high * b.high */
TCM_DSP_ACCUMULATE(smlabt) /* sum + a.low * b.high */
TCM_DSP_ACCUMULATE(smlatb) /* sum + a.high * b.low */
TCM_DSP_ACCUMULATE(smlawb) /* sum + floor(a * b.low / 2^16) */
TCM_DSP_ACCUMULATE(smlawt) /* sum + floor(a * b.high / 2^16) */
TCM_DSP_ACCUMULATE(smmla)  /* sum + floor(a * b / 2^32) */
TCM_DSP_ACCUMULATE(smmlar) /* sum + floor(a * b / 2^32 + 1/2) */

/* Bytes 0 and 2 of a word as signed halfwords. */
TCM_KERNEL int32_t tcm_sxtb16(uint32_t word)
{
    int32_t result;
    __asm__("sxtb16 %0, %1" : "=r"(result) : "r"(word));
    return result;
}

/* Bytes 1 and 3 of a word as signed halfwords. */
TCM_KERNEL int32_t tcm_sxtb16_odd(uint32_t word)
{
    int32_t result;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(result) : "r"(word));
    return result;
}

/* Both halves of sums plus bytes 0 and 2 of a word. */
TCM_KERNEL uint32_t tcm_sxtab16(uint32_t sums, uint32_t word)
{
    uint32_t result;
    __asm__("sxtab16 %0, %1, %2" : "=r"(result) : "r"(sums), "r"(word));
    return result;
}

/* Both halves of sums plus bytes 1 and 3 of a word. */
TCM_KERNEL uint32_t tcm_sxtab16_odd(uint32_t sums, uint32_t word)
{
    uint32_t result;
    __asm__("sxtab16 %0, %1, %2, ror #8" : "=r"(result) : "r"(sums), "r"(word));
    return result;
}

/* Both halves of a plus those of b. */
TCM_KERNEL uint32_t tcm_sadd16(uint32_t a, uint32_t b)
{
    uint32_t result;
    __asm__ volatile("sadd16 %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
    return result;
}

/* Both halves of a minus those of b. */
TCM_KERNEL uint32_t tcm_ssub16(uint32_t a, uint32_t b)
{
    uint32_t result;
    __asm__ volatile("ssub16 %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
    return result;
}

/* The larger of two signed bytes, four times. */
TCM_KERNEL uint32_t tcm_largest_bytes(uint32_t a, uint32_t b)
{
    uint32_t result;
    __asm__("ssub8 %0, %1, %2\n\tsel %0, %1, %2" : "=&r"(result) : "r"(a), "r"(b) : "cc");
    return result;
}

/* The smaller of two signed bytes, four times. */
TCM_KERNEL uint32_t tcm_smallest_bytes(uint32_t a, uint32_t b)
{
    uint32_t result;
    __asm__("ssub8 %0, %1, %2\n\tsel %0, %2, %1" : "=&r"(result) : "r"(a), "r"(b) : "cc");
    return result;
}

/* The low halves of a and b, a's in the low half. */
TCM_KERNEL uint32_t tcm_pack_low(uint32_t a, uint32_t b)
{
    uint32_t result;
    __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(result) : "r"(a), "r"(b));
    return result;
}

/* The high halves of a and b, a's in the low half. */
TCM_KERNEL uint32_t tcm_pack_high(uint32_t a, uint32_t b)
{
    uint32_t result;
    __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(result) : "r"(b), "r"(a));
    return result;
}

/* value / 2^shift, rounded down, limited to -128 ... 127; shift is a literal in [1, 31]. */
TCM_KERNEL int32_t tcm_shift_saturate_s8(int32_t value, int32_t shift)
{
    int32_t result;
#if defined(__OPTIMIZE__)
    if (__builtin_constant_p(shift)) { /* not where debug builds keep a layer's numbers in memory */
        __asm__("ssat %0, #8, %1, asr %2" : "=r"(result) : "r"(value), "i"(shift));
        return result;
    }
#endif
    __asm__("ssat %0, #8, %1" : "=r"(result) : "r"(value >> shift));
    return result;
}

/* a + b, limited to int32. */
TCM_KERNEL int32_t tcm_add_saturated(int32_t a, int32_t b)
{
    int32_t result;
    __asm__("qadd %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
    return result;
}

TCM_KERNEL int32_t tcm_saturate_s8(int32_t value)
{
    int32_t result;
    __asm__("ssat %0, #8, %1" : "=r"(result) : "r"(value));
    return result;
}

/* A word at any address; these cores load it with one instruction. */
TCM_KERNEL uint32_t tcm_load_word(const void *address)
{
    uint32_t word;
    __builtin_memcpy(&word, address, sizeof(word));
    return word;
}

/* The first count <= 4 bytes at an address, the rest zero; nothing else is read. */
TCM_KERNEL uint32_t tcm_load_bytes(const void *address, int32_t count)
{
    const uint8_t *bytes = (const uint8_t *)address;
    uint32_t word = 0;
    if (count >= 4) {
        return tcm_load_word(bytes);
    }
    for (int32_t i = 0; i < count; i++) {
        word |= (uint32_t)bytes[i] << (8 * i);
    }
    return word;
}

/* Copies count bytes, a multiple of ``unit``, and returns the end of the copy. */
TCM_KERNEL int8_t *tcm_copy_bytes(int8_t *target, const int8_t *source, int32_t count, int32_t unit)
{
    int32_t i = 0;
    for (; i + 4 <= count; i += 4) {
        __builtin_memcpy(target + i, source + i, 4);
    }
    for (; i < count && unit % 4 != 0; i++) {
        target[i] = source[i];
    }
    return target + count;
}

/* GCC 12 warns of turns of this loop that no window comes to, where an image has padding on the right alone. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Waggressive-loop-optimizations"
#endif

TCM_KERNEL int8_t *tcm_fill_bytes(int8_t *target, int32_t value, int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        target[i] = (int8_t)value;
    }
    return target + count;
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

/* The same address, in a register of its own: accesses behind it become offsets in their instructions. */
TCM_KERNEL const int32_t *tcm_in_register(const int32_t *address)
{
    __asm__("" : "+r"(address));
    return address;
}

/* Stores two words, at a word's alignment, and returns the address after them. */
TCM_KERNEL int32_t *tcm_store_two_words(int32_t *address, int32_t first, int32_t second)
{
    __asm__ volatile("strd %1, %2, [%0], #8" : "+r"(address) : "r"(first), "r"(second) : "memory");
    return address;
}

/* Stores the first count <= 4 bytes of a word at any address. */
TCM_KERNEL void tcm_store_bytes(void *address, uint32_t word, int32_t count)
{
    uint8_t *bytes = (uint8_t *)address;
    if (count >= 4) {
        __builtin_memcpy(bytes, &word, sizeof(word));
        return;
    }
    for (int32_t i = 0; i < count; i++) {
        bytes[i] = (uint8_t)(word >> (8 * i));
    }
}

/* Both halves of a pair times 2^shift; the products must fit 16 bits. */
TCM_KERNEL int32_t tcm_scale_pair(int32_t pair, int32_t shift)
{
    return (int32_t)tcm_pack_low((uint32_t)pair << shift, (uint32_t)(pair >> 16) << shift);
}

/* How a layer's accumulators become outputs; ops/integers/requantization.py chooses the way and proves that it is
 * exact. */
enum {
    /* The plain sequence: any multiplier, shift and range. */
    TCM_REQUANTIZE_ANY = 0,
    /* Right shifts: the accumulator is doubled, addend = 2^(shift - 1) + output_offset * 2^shift. */
    TCM_REQUANTIZE_RIGHT = 1,
    /* Right shifts where negative accumulators end at activation_min: the accumulator is scaled by a power of two of
     * its channel, so that all channels share one shift and both roundings are one floor. */
    TCM_REQUANTIZE_NON_NEGATIVE = 2
};

/* The output of an accumulator that is scaled as its way asks. shift: of the channel; common_shift: of the layer. */
TCM_KERNEL int8_t tcm_dsp_output(int32_t sum, int32_t multiplier, int32_t addend, int32_t shift, int32_t way,
                                 int32_t common_shift, int32_t output_offset, int32_t activation_min,
                                 int32_t activation_max)
{
    int32_t value;
    if (way == TCM_REQUANTIZE_ANY) {
        return tcm_requantize_s8(sum, multiplier, shift, output_offset, activation_min, activation_max);
    }
    if (way == TCM_REQUANTIZE_RIGHT) {
        value = tcm_saturate_s8(tcm_smmlar(sum, multiplier, addend + (sum >> 31)) >> shift);
    } else {
        value = tcm_shift_saturate_s8(tcm_smmla(sum, multiplier, addend), common_shift);
    }
    if (activation_min > -128 || activation_max < 127) {
        value = tcm_clamp(value, activation_min, activation_max);
    }
    return (int8_t)value;
}

#endif
