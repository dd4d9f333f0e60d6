/* What the MVE kernels (Cortex-M55, M85) share: requantization as text for inline assembly.
 *
 * Inline assembly, because GCC keeps neither eight accumulators nor the parameters of the channels in registers. The
 * constants that it needs are literals of the call ("i" operands), so that a kernel must be compiled with
 * optimization. */
#ifndef TCM_MVE_H
#define TCM_MVE_H

#include "tcm.h"

/* How accumulators become outputs, the operand "rounding"; ops/packing/mve.py decides.
 *   0, rectified: all channels shift right by 1 or more, and the clamp hides every result below the output offset.
 *      Then ties may round up instead of away from zero.
 *   1, signed: all channels shift right by 1 or more. Subtracting 1 from what was negative before the rounding shift
 *      makes its ties round away from zero.
 *   2, general: any shift. Each channel has a left shift, and a mask that is 0 where there is no right shift.
 * A register of four channels takes its parameters in this order: bias, (general: left shift,) multiplier, (general:
 * mask,) right shift as a negative number. */

/* The n-th parameter vector: the next one at r5, or one at r11. */
#define TCM_MVE_NEXT_AT_R5(n) "[r5], #16"
#define TCM_MVE_AT_R11(n) "[r11, #16 * " #n "]"

/* Two vectors of the same four channels, q0 and q1, to q3 and q0; q1 and q2 change. PARAMETER(n) is where parameter n
 * is. */
#define TCM_MVE_REQUANTIZE_PAIR(PARAMETER)                                                                            \
    "vldrw.32 q2, " PARAMETER(0) "\n"                                                                                 \
    "vadd.i32 q0, q0, q2\n"                                                                                           \
    "vadd.i32 q1, q1, q2\n"                                                                                           \
    ".if %c[rounding] == 0\n"                                                                                         \
    "vldrw.32 q2, " PARAMETER(1) "\n"                                                                                 \
    "vqrdmulh.s32 q3, q0, q2\n"                                                                                       \
    "vqrdmulh.s32 q0, q1, q2\n"                                                                                       \
    "vldrw.32 q2, " PARAMETER(2) "\n"                                                                                 \
    ".elseif %c[rounding] == 1\n"                                                                                     \
    "vldrw.32 q2, " PARAMETER(1) "\n"                                                                                 \
    "vqrdmulh.s32 q3, q0, q2\n"                                                                                       \
    "vshr.s32 q0, q0, #31\n"                                                                                          \
    "vqrdmulh.s32 q2, q1, q2\n"                                                                                       \
    "vshr.s32 q1, q1, #31\n"                                                                                          \
    "vadd.i32 q3, q3, q0\n"                                                                                           \
    "vadd.i32 q0, q2, q1\n"                                                                                           \
    "vldrw.32 q2, " PARAMETER(2) "\n"                                                                                 \
    ".else\n"                                                                                                         \
    "vldrw.32 q2, " PARAMETER(1) "\n"                                                                                 \
    "vshl.s32 q0, q0, q2\n"                                                                                           \
    "vshl.s32 q1, q1, q2\n"                                                                                           \
    "vldrw.32 q2, " PARAMETER(2) "\n"                                                                                 \
    "vqrdmulh.s32 q3, q0, q2\n"                                                                                       \
    "vshr.s32 q0, q0, #31\n"                                                                                          \
    "vqrdmulh.s32 q2, q1, q2\n"                                                                                       \
    "vshr.s32 q1, q1, #31\n"                                                                                          \
    "vpush {d6-d7}\n" /* no register is left */                                                                       \
    "vldrw.32 q3, " PARAMETER(3) "\n"                                                                                 \
    "vand q0, q0, q3\n"                                                                                               \
    "vand q1, q1, q3\n"                                                                                               \
    "vpop {d6-d7}\n"                                                                                                  \
    "vadd.i32 q3, q3, q0\n"                                                                                           \
    "vadd.i32 q0, q2, q1\n"                                                                                           \
    "vldrw.32 q2, " PARAMETER(4) "\n"                                                                                 \
    ".endif\n"                                                                                                        \
    "vrshl.s32 q3, q3, q2\n"                                                                                          \
    "vrshl.s32 q0, q0, q2\n"                                                                                          \
    ".if %c[rounding] == 2\n"                                                                                         \
    "mov r0, %[offset]\n"                                                                                             \
    "vadd.i32 q3, q3, r0\n"                                                                                           \
    "vadd.i32 q0, q0, r0\n"                                                                                           \
    ".endif\n"

/* One vector in place, without its bias: multiplies and shifts with the parameters at "from", which are loaded to
 * "parameter"; "spare" changes, too. */
#define TCM_MVE_SCALE(v, from, parameter, spare)                                                                      \
    ".if %c[rounding] == 0\n"                                                                                         \
    "vldrw.32 " parameter ", [" from "], #16\n"                                                                       \
    "vqrdmulh.s32 " v ", " v ", " parameter "\n"                                                                      \
    ".elseif %c[rounding] == 1\n"                                                                                     \
    "vldrw.32 " parameter ", [" from "], #16\n"                                                                       \
    "vshr.s32 " spare ", " v ", #31\n"                                                                                \
    "vqrdmulh.s32 " v ", " v ", " parameter "\n"                                                                      \
    "vadd.i32 " v ", " v ", " spare "\n"                                                                              \
    ".else\n"                                                                                                         \
    "vldrw.32 " parameter ", [" from "], #16\n"                                                                       \
    "vshl.s32 " v ", " v ", " parameter "\n"                                                                          \
    "vldrw.32 " parameter ", [" from "], #16\n"                                                                       \
    "vshr.s32 " spare ", " v ", #31\n"                                                                                \
    "vqrdmulh.s32 " v ", " v ", " parameter "\n"                                                                      \
    "vldrw.32 " parameter ", [" from "], #16\n"                                                                       \
    "vand " spare ", " spare ", " parameter "\n"                                                                      \
    "vadd.i32 " v ", " v ", " spare "\n"                                                                              \
    ".endif\n"                                                                                                        \
    "vldrw.32 " parameter ", [" from "], #16\n"                                                                       \
    "vrshl.s32 " v ", " v ", " parameter "\n"                                                                         \
    ".if %c[rounding] == 2\n"                                                                                         \
    "mov r0, %[offset]\n"                                                                                             \
    "vadd.i32 " v ", " v ", r0\n"                                                                                     \
    ".endif\n"

/* q6 and q7 for TCM_MVE_CLAMP. The operand "clamp" says which limits are tighter than int8: bit 0 activation_min
 * ("low"), bit 1 activation_max ("high"). */
#define TCM_MVE_LIMITS                                                                                                \
    "mov r0, %[offset]\n"                                                                                             \
    "vdup.16 q6, r0\n"                                                                                                \
    ".if %c[clamp] == 1\n"                                                                                            \
    "mov r0, %[low]\n"                                                                                                \
    "vdup.16 q7, r0\n"                                                                                                \
    ".elseif %c[clamp] == 2\n"                                                                                        \
    "mov r0, %[high]\n"                                                                                               \
    "vdup.16 q7, r0\n"                                                                                                \
    ".elseif %c[clamp] == 3\n"                                                                                        \
    "mov r0, %[low]\n"                                                                                                \
    "vdup.16 q6, r0\n"                                                                                                \
    "mov r0, %[high]\n"                                                                                               \
    "vdup.16 q7, r0\n"                                                                                                \
    ".endif\n"

/* The output offset (unless general rounding has added it), the clamp and the narrowing to bytes of 16-bit lanes. */
#define TCM_MVE_CLAMP(v)                                                                                              \
    ".if %c[rounding] != 2 && %c[clamp] == 3\n"                                                                       \
    "mov r0, %[offset]\n"                                                                                             \
    "vqadd.s16 " v ", " v ", r0\n"                                                                                    \
    ".elseif %c[rounding] != 2\n"                                                                                     \
    "vqadd.s16 " v ", " v ", q6\n"                                                                                    \
    ".endif\n"                                                                                                        \
    ".if %c[clamp] == 1\n"                                                                                            \
    "vmax.s16 " v ", " v ", q7\n"                                                                                     \
    ".elseif %c[clamp] == 2\n"                                                                                        \
    "vmin.s16 " v ", " v ", q7\n"                                                                                     \
    ".elseif %c[clamp] == 3\n"                                                                                        \
    "vmax.s16 " v ", " v ", q6\n"                                                                                     \
    "vmin.s16 " v ", " v ", q7\n"                                                                                     \
    ".endif\n"                                                                                                        \
    ".if %c[clamp] != 3\n"                                                                                            \
    "vqmovnb.s16 " v ", " v "\n"                                                                                      \
    ".endif\n"

/* Loads a literal that is not negative. */
#define TCM_MVE_LITERAL(register, amount)                                                                             \
    ".if (" amount ") > 65535\n movw " register ", #(" amount ") & 65535\n"                                           \
    " movt " register ", #(" amount ") >> 16\n"                                                                       \
    ".else\n movw " register ", #" amount "\n.endif\n"

/* Adds a literal of any sign; r0 changes if it is large. */
#define TCM_MVE_ADVANCE(register, amount)                                                                             \
    ".if (" amount ") > 4095\n" TCM_MVE_LITERAL("r0", amount) " add " register ", " register ", r0\n"                 \
    ".elseif (" amount ") > 0\n add " register ", " register ", #" amount "\n"                                        \
    ".elseif (" amount ") < -4095\n" TCM_MVE_LITERAL("r0", "-(" amount ")") " sub " register ", " register ", r0\n"   \
    ".elseif (" amount ") < 0\n sub " register ", " register ", #-(" amount ")\n"                                     \
    ".endif\n"

/* A vector of a window, `at` bytes after its begin. Windows whose addresses are multiples of 4 can be read as words, at
 * offsets up to 508; `base` is where others begin, and 127 bytes more, for bytes are read at offsets from -127 to 127. */
#define TCM_MVE_WINDOW_LOAD(values, base, at)                                                                         \
    ".if %c[words]\n vldrw.32 " values ", [" base ", #" at "]\n"                                                      \
    ".else\n vldrb.8 " values ", [" base ", #" at " - 127]\n.endif\n"

/* Compilers estimate the size of inline assembly by its lines, so that their branches and literals reach across it, but
 * do not expand .rept. For that stand empty lines, which GCC counts, and a space which clang counts and no assembler
 * makes: 9 KB. */
#define TCM_MVE_LINES_16 "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n"
#define TCM_MVE_LINES_64 TCM_MVE_LINES_16 TCM_MVE_LINES_16 TCM_MVE_LINES_16 TCM_MVE_LINES_16
#define TCM_MVE_LINES_256 TCM_MVE_LINES_64 TCM_MVE_LINES_64 TCM_MVE_LINES_64 TCM_MVE_LINES_64
#define TCM_MVE_LINES_768 TCM_MVE_LINES_256 TCM_MVE_LINES_256 TCM_MVE_LINES_256
#define TCM_MVE_ROOM ".if 0\n.space 9216\n.endif\n" TCM_MVE_LINES_768 TCM_MVE_LINES_768 TCM_MVE_LINES_768

/* Operands of all the above; the variables have these names. */
#define TCM_MVE_REQUANTIZE_OPERANDS                                                                                   \
    [rounding] "i"(rounding), [clamp] "i"(clamp), [offset] "i"(output_offset), [low] "i"(activation_min),             \
        [high] "i"(activation_max)

/* Even registers are the accumulators of VMLADAV. */
#define TCM_MVE_CLOBBERS_BUT_R0                                                                                       \
    "r2", "r4", "r6", "r8", "r10", "r12", "lr", "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "cc", "memory"
#define TCM_MVE_CLOBBERS "r0", TCM_MVE_CLOBBERS_BUT_R0

/* Hides from the compiler that a pointer is a constant, which it would otherwise load from flash again and again. */
#define TCM_MVE_OPAQUE(pointer) __asm__("" : "+r"(pointer))

/* The operand "clamp". */
TCM_KERNEL int32_t tcm_mve_clamp_kind(int32_t activation_min, int32_t activation_max)
{
    return (activation_min > INT8_MIN ? 1 : 0) + (activation_max < INT8_MAX ? 2 : 0);
}

#endif
