/*
 * A Kafka cluster for tests and the development stack: librdkafka's mock
 * cluster, kept alive.
 *
 * usage: mockbroker BROKERS [TOPIC:PARTITIONS ...]
 *
 * Prints "BOOTSTRAP host:port,..." and stays until SIGTERM, or until whoever is
 * at the other end of its standard input, a pipe, is gone.  Commands on standard input, each answered with "OK <error>":
 *   err API CODE COUNT   the next requests of this ApiKey get this error
 *   topic NAME CODE      what is said of a topic; 0: nothing is wrong
 *   down ID | up ID      a broker
 *   rtt ID MS            how long its answers take
 */

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>


static volatile sig_atomic_t  stopped;


static void
stop(int number)
{
    (void) number;
    stopped = 1;
}


static int
command(rd_kafka_mock_cluster_t *cluster, const char *line)
{
    int   id, ms, code, n;
    char  topic[128];

    if (sscanf(line, "down %d", &id) == 1) {
        return rd_kafka_mock_broker_set_down(cluster, id);
    }

    if (sscanf(line, "up %d", &id) == 1) {
        return rd_kafka_mock_broker_set_up(cluster, id);
    }

    if (sscanf(line, "rtt %d %d", &id, &ms) == 2) {
        return rd_kafka_mock_broker_set_rtt(cluster, id, ms);
    }

    if (sscanf(line, "topic %127s %d", topic, &code) == 2) {
        rd_kafka_mock_topic_set_error(cluster, topic,
                                      (rd_kafka_resp_err_t) code);
        return 0;
    }

    if (sscanf(line, "err %d %d %d", &id, &code, &n) == 3) {
        while (n-- > 0) {
            rd_kafka_mock_push_request_errors(cluster, (int16_t) id, 1,
                                              (rd_kafka_resp_err_t) code);
        }

        return 0;
    }

    return -1;
}


static void
serve(rd_kafka_mock_cluster_t *cluster)
{
    char           line[256];
    struct stat    sb;
    struct pollfd  in = { .fd = 0, .events = POLLIN };

    while (!stopped) {
        if (poll(&in, 1, 200) <= 0) {
            continue;
        }

        if (fgets(line, sizeof(line), stdin) == NULL) {
            stopped = fstat(0, &sb) == 0 && S_ISFIFO(sb.st_mode);
            in.fd = -1;
            continue;
        }

        printf("OK %d\n", command(cluster, line));
        fflush(stdout);
    }
}


int
main(int argc, char **argv)
{
    int                       i;
    char                      text[512], *colon;
    rd_kafka_t               *rk;
    rd_kafka_mock_cluster_t  *cluster;

    rk = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), text,
                      sizeof(text));
    cluster = rk ? rd_kafka_mock_cluster_new(rk, argc > 1 ? atoi(argv[1]) : 1)
                 : NULL;

    if (cluster == NULL) {
        fprintf(stderr, "mockbroker: there is no cluster\n");
        return 1;
    }

    for (i = 2; i < argc; i++) {
        colon = strrchr(argv[i], ':');

        if (colon != NULL) {
            *colon++ = '\0';
        }

        if (rd_kafka_mock_topic_create(cluster, argv[i],
                                       colon ? atoi(colon) : 1, 1)
            != RD_KAFKA_RESP_ERR_NO_ERROR)
        {
            fprintf(stderr, "mockbroker: no topic %s\n", argv[i]);
        }
    }

    signal(SIGTERM, stop);
    signal(SIGINT, stop);
    setvbuf(stdin, NULL, _IONBF, 0);

    printf("BOOTSTRAP %s\n", rd_kafka_mock_cluster_bootstraps(cluster));
    fflush(stdout);

    serve(cluster);

    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(rk);

    return 0;
}
