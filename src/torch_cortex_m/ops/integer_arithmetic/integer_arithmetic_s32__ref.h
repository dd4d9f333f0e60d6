/* Functions of two int32, modulo 2^32, with broadcasting; the numbers of functions are those of op.py. */
#ifndef INTEGER_ARITHMETIC_S32__REF_H
#define INTEGER_ARITHMETIC_S32__REF_H

#include "tcm_broadcast.h"

/* Rounded towards 0; 0 where b is 0. */
TCM_KERNEL int32_t integer_arithmetic_quotient(int32_t a, int32_t b)
{
    if (b == -1) {
        return (int32_t)(0U - (uint32_t)a);
    }
    return b == 0 ? 0 : a / b;
}

TCM_KERNEL int32_t integer_arithmetic_floor_quotient(int32_t a, int32_t b)
{
    const int32_t quotient = integer_arithmetic_quotient(a, b);
    const int32_t is_exact = (uint32_t)quotient * (uint32_t)b == (uint32_t)a;
    return b != 0 && !is_exact && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

TCM_KERNEL int32_t integer_arithmetic_element(int32_t a, int32_t b, int32_t function)
{
    const uint32_t first = (uint32_t)a;
    const uint32_t second = (uint32_t)b;
    switch (function) {
    case 0:
        return (int32_t)(first + second);
    case 1:
        return (int32_t)(first - second);
    case 2:
        return (int32_t)(first * second);
    case 3:
        return integer_arithmetic_floor_quotient(a, b);
    case 4:
        return (int32_t)(first - (uint32_t)integer_arithmetic_floor_quotient(a, b) * second);
    case 5:
        return integer_arithmetic_quotient(a, b);
    case 6:
        return a < b ? a : b;
    case 7:
        return a > b ? a : b;
    case 8:
        return (int32_t)(first & second);
    case 9:
        return (int32_t)(first | second);
    case 10:
        return (int32_t)(first ^ second);
    case 11:
        return (int32_t)(first << (second & 31U));
    default:
        return a >> (second & 31U);
    }
}

TCM_KERNEL void integer_arithmetic_s32__ref(const int32_t *input, const int32_t *other, int32_t *output,
                                            TCM_BROADCAST_PARAMETERS, int32_t function)
{
    TCM_FOR_EACH_PAIR(a, b)
    {
        *output = integer_arithmetic_element(input[a], other[b], function);
    }
}

#endif
