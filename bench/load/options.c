/* What the command line says. */

#define _GNU_SOURCE

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"


const char *const  names[CLASSES] = {
    "create", "replay", "get", "list", "capture", "refund", "other"
};


static void
usage(void)
{
    fputs("load --port P --key KEY[,KEY...] [--host A] [--rate N] [--poisson]\n"
          "     [--connections N] [--seconds N] [--warmup N] [--seed N]\n"
          "     [--mix create=88,replay=12,get=..,list=..,capture=..,refund=..]\n"
          "     [--idle N] [--path PATH] [--hot]\n"
          "--rate 0 (the default) sends as fast as answers come; --path sends GETs\n"
          "of that path and nothing else; --idle opens N connections more, which\n"
          "send one request and then stay; --hot reads one payment only.\n", stderr);
    exit(2);
}


static void
parse_mix(char *text)
{
    char  *part, *value;
    int    c;

    memset(o.weight, 0, sizeof(o.weight));

    for (part = strtok(text, ","); part; part = strtok(NULL, ",")) {
        value = strchr(part, '=');

        if (value == NULL) {
            usage();
        }

        *value++ = '\0';

        for (c = 0; c < CLASSES && strcmp(names[c], part) != 0; c++) { }

        if (c == CLASSES) {
            usage();
        }

        o.weight[c] = (unsigned) atoi(value);
    }
}


void
parse(int argc, char **argv)
{
    int    c;
    char  *key;

    static const struct option  options[] = {
        { "port", 1, NULL, 'p' }, { "host", 1, NULL, 'h' },
        { "key", 1, NULL, 'k' }, { "rate", 1, NULL, 'r' },
        { "poisson", 0, NULL, 'P' }, { "connections", 1, NULL, 'c' },
        { "seconds", 1, NULL, 's' }, { "warmup", 1, NULL, 'w' },
        { "mix", 1, NULL, 'm' }, { "idle", 1, NULL, 'i' },
        { "path", 1, NULL, 'x' }, { "seed", 1, NULL, 'S' },
        { "hot", 0, NULL, 'H' }, { NULL, 0, NULL, 0 }
    };

    o = (options_t) { .host = "127.0.0.1", .connections = 64, .seconds = 10,
                      .seed = 1, .weight = { [CREATE] = 1 } };

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (c) {
        case 'p': o.port = atoi(optarg); break;
        case 'h': o.host = optarg; break;
        case 'r': o.rate = atof(optarg); break;
        case 'P': o.poisson = 1; break;
        case 'c': o.connections = atoi(optarg); break;
        case 's': o.seconds = atof(optarg); break;
        case 'w': o.warmup = atof(optarg); break;
        case 'm': parse_mix(optarg); break;
        case 'i': o.idle = atoi(optarg); break;
        case 'x': o.path = optarg; break;
        case 'S': o.seed = strtoull(optarg, NULL, 10); break;
        case 'H': o.hot = 1; break;
        case 'k':
            for (key = strtok(optarg, ","); key && o.nkeys < MAX_KEYS;
                 key = strtok(NULL, ","))
            {
                o.keys[o.nkeys++] = key;
            }

            break;
        default:
            usage();
        }
    }

    if (o.nkeys == 0) {
        o.keys[o.nkeys++] = "none";
    }

    for (c = 0; c < CLASSES; c++) {
        o.weight_sum += o.weight[c];
    }

    if (o.port == 0 || o.connections < 1 || o.weight_sum == 0) {
        usage();
    }
}
