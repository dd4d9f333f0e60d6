/*
 * A QEMU TCG plugin that counts what caches between a core and its flash would have to fetch.
 *
 *     -plugin count_misses.so,out=FILE,mark=ADDRESS,from=ADDRESS,to=ADDRESS,
 *             code=BYTES:LINE:WAYS[,constants=BYTES:LINE:WAYS][,cold=1]
 *
 * Each execution of the block at ``mark``, a function's entry, ends a phase and starts the next one.
 * FILE has one line a phase: lines of code that were missing, how many of these follow the line that
 * was executed before, and lines of constants that were missing. Constants are what is read between
 * ``from`` and ``to``; without a cache of their own they share that of the code. ``cold`` empties the
 * caches at each phase's start.
 *
 * A set replaces the line that was not used for the longest time. Of an instruction of four bytes
 * that ends a block and crosses a line, only the first line counts: QEMU 7.2 tells a wrong size of
 * the one that ends a page of 1 KiB. Stores are watched as well, though none goes to flash: that
 * QEMU leaves out most loads where it is asked for loads alone.
 */
#include "qemu_plugin.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct cache {
    uint32_t line_bytes;
    uint32_t ways;
    uint32_t sets;
    uint64_t *lines;
    uint64_t *last_use;
} cache;

typedef struct block {
    uint64_t first;
    uint64_t last;
} block;

static cache code_cache;
static cache constant_cache;
static cache *constants;
static uint64_t now;
static uint64_t previous_line;
static uint64_t code_misses;
static uint64_t misses_in_order;
static uint64_t constant_misses;
static uint64_t mark_address;
static uint64_t from_address;
static uint64_t to_address;
static bool cold;
static FILE *file;

static void *allocate(size_t count, size_t bytes)
{
    void *memory = calloc(count, bytes);
    if (memory == NULL) {
        fputs("count_misses: out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

/* Lines are kept plus one, so that zero is an empty place. */
static bool misses(cache *in, uint64_t line)
{
    size_t first = (size_t)(line % in->sets) * in->ways;
    size_t oldest = first;
    now++;
    for (size_t way = first; way < first + in->ways; way++) {
        if (in->lines[way] == line + 1) {
            in->last_use[way] = now;
            return false;
        }
        if (in->last_use[way] < in->last_use[oldest]) {
            oldest = way;
        }
    }
    in->lines[oldest] = line + 1;
    in->last_use[oldest] = now;
    return true;
}

static void write_phase(void)
{
    fprintf(file, "%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", code_misses, misses_in_order,
            constant_misses);
    code_misses = misses_in_order = constant_misses = 0;
}

static void empty(cache *emptied)
{
    size_t places = (size_t)emptied->sets * emptied->ways;
    memset(emptied->lines, 0, places * sizeof *emptied->lines);
    memset(emptied->last_use, 0, places * sizeof *emptied->last_use);
}

static void start_phase(void)
{
    write_phase();
    if (cold) {
        empty(&code_cache);
        empty(constants);
    }
}

static void on_execution(unsigned int core, void *data)
{
    const block *current = data;
    (void)core;
    if (current->first == mark_address) {
        start_phase();
    }
    uint64_t last = current->last / code_cache.line_bytes;
    for (uint64_t line = current->first / code_cache.line_bytes; line <= last; line++) {
        if (line != previous_line && misses(&code_cache, line)) {
            code_misses++;
            misses_in_order += line == previous_line + 1;
        }
        previous_line = line;
    }
}

static void on_access(unsigned int core, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
    (void)core;
    (void)data;
    if (address < from_address || address >= to_address) {
        return;
    }
    uint64_t end = address + (1u << qemu_plugin_mem_size_shift(info)) - 1;
    for (uint64_t line = address / constants->line_bytes; line <= end / constants->line_bytes;
         line++) {
        constant_misses += misses(constants, line);
    }
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *translated)
{
    (void)id;
    block *current = allocate(1, sizeof *current);
    size_t instructions = qemu_plugin_tb_n_insns(translated);
    current->first = qemu_plugin_tb_vaddr(translated);
    for (size_t index = 0; index < instructions; index++) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(translated, index);
        current->last = qemu_plugin_insn_vaddr(instruction) + 1;
        qemu_plugin_register_vcpu_mem_cb(instruction, on_access, QEMU_PLUGIN_CB_NO_REGS,
                                         QEMU_PLUGIN_MEM_RW, NULL);
    }
    qemu_plugin_register_vcpu_tb_exec_cb(translated, on_execution, QEMU_PLUGIN_CB_NO_REGS, current);
}

static void on_exit(qemu_plugin_id_t id, void *data)
{
    (void)id;
    (void)data;
    write_phase();
    fclose(file);
}

static void read_cache(cache *into, const char *text)
{
    char *end;
    uint32_t bytes = (uint32_t)strtoul(text, &end, 0);
    into->line_bytes = (uint32_t)strtoul(end + 1, &end, 0);
    into->ways = (uint32_t)strtoul(end + 1, &end, 0);
    into->sets = bytes / into->line_bytes / into->ways;
    into->lines = allocate((size_t)into->sets * into->ways, sizeof *into->lines);
    into->last_use = allocate((size_t)into->sets * into->ways, sizeof *into->last_use);
}

__attribute__((visibility("default"))) int qemu_plugin_install(
    qemu_plugin_id_t id, const qemu_info_t *info, int argument_count, char **arguments)
{
    (void)info;
    constants = &code_cache;
    for (int i = 0; i < argument_count; i++) {
        const char *value = strchr(arguments[i], '=') + 1;
        if (strncmp(arguments[i], "out=", 4) == 0) {
            file = fopen(value, "w");
        } else if (strncmp(arguments[i], "mark=", 5) == 0) {
            mark_address = strtoull(value, NULL, 0);
        } else if (strncmp(arguments[i], "from=", 5) == 0) {
            from_address = strtoull(value, NULL, 0);
        } else if (strncmp(arguments[i], "to=", 3) == 0) {
            to_address = strtoull(value, NULL, 0);
        } else if (strncmp(arguments[i], "code=", 5) == 0) {
            read_cache(&code_cache, value);
        } else if (strncmp(arguments[i], "constants=", 10) == 0) {
            read_cache(&constant_cache, value);
            constants = &constant_cache;
        } else if (strncmp(arguments[i], "cold=", 5) == 0) {
            cold = strtoul(value, NULL, 0) != 0;
        }
    }
    if (file == NULL || code_cache.sets == 0) {
        fputs("count_misses: no file to write, or no cache\n", stderr);
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    qemu_plugin_register_atexit_cb(id, on_exit, NULL);
    return 0;
}
