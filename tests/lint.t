# What tools/lint-calls and tools/lint-form find, in small trees that are made up.

use strict;
use warnings;

use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use Test::More;

my $tools = dirname(__FILE__) . '/../tools';
my $rooms = "high: low\nlow:\n";

# A function in nginx's form: "name(a b)" calls a and b.
sub function {
    my ($name, @calls) = @_;
    return "void\n$name(int n)\n{\n" . join('', map { "    $_(n);\n" } @calls) . "}\n\n\n";
}

# Writes these files (name => text), the rooms and rings if they are not among them,
# runs the lint, and returns its status and what it said.
sub lint {
    my ($options, %file) = @_;
    my $dir = tempdir(CLEANUP => 1);
    $file{'tools/rooms'} //= $rooms;
    $file{'tools/rings'} //= '';
    for my $name (keys %file) {
        my $path = "$dir/" . ($name =~ m{^tools/} ? $name : "ngx_payments_module/$name");
        make_path(dirname($path));
        open my $out, '>', $path or die "$path: $!";
        print $out $file{$name};
        close $out;
    }
    my $said = `$tools/lint-calls $options $dir 2>&1`;
    return ($? >> 8, $said);
}

sub clean {
    my ($name, %file) = @_;
    my ($status, $said) = lint('', %file);
    ok($status == 0, $name) or diag($said);
}

sub refused {
    my ($name, $why, %file) = @_;
    my ($status, $said) = lint('', %file);
    ok($status == 1, "$name: refused") or diag($said);
    for (ref $why eq 'ARRAY' ? @$why : $why) { like($said, $_, $name) }
    return $said;
}

my $said;
my %down = ('high/a.c' => function('a', 'b'), 'low/b.c' => function('b'));
my %ring = ('high/a.c' => function('a', 'b'), 'high/b.c' => function('b', 'a'), 'low/c.c' => function('c'));

# Rooms

clean('a call downwards', %down);
refused('a call upwards', qr{low/ must not call high/\n +low/b\.c -> high/a\.c: a\n},
    'high/a.c' => function('a'), 'low/b.c' => function('b', 'a'));
clean('not in a comment, nor in a string', 'high/a.c' => function('a'),
    'low/b.c' => "/* a(1); */\n// a(1);\n" . function('b') =~ s/\{/{\n    puts("a(1) \\" a(1)"); puts('"'); \/* ' *\/ puts("\/* a(");/r);
clean('a string ends where it ends, and a comment', %down,
    'high/a.c' => "#define Q  '\"'\n" . function('a', 'b') . "/* it's */\n");
clean('a name is no call: a handler', 'high/a.c' => function('a'),
    'low/b.c' => "void *table[] = { a };\n\n\n" . function('b'));
clean('a member is no call of a function of its name', 'high/a.c' => function('a'),
    'low/b.c' => function('b', 'x->a', 'y.a'));
clean('a static function is that of its own file', 'high/a.c' => function('a'),
    'low/b.c' => 'static ' . function('a') . function('b', 'a'));
clean('a static function of another file is not called', 'high/a.c' => 'static ' . function('a'),
    'low/b.c' => function('b', 'a'));
refused('a call through a macro of a header', qr{low/b\.c -> high/a\.c: a\n}, 'high/a.c' => function('a'),
    'low/low.h' => "#define both(n)  \\\n    if (n) { a(n); }\n", 'low/b.c' => function('b', 'both'));
refused('a parameter over two lines', qr{low/ must not call high/},
    'high/a.c' => "static int  n;\n\n\nint *\na(int (*f)(int),\n    int m)\n{\n}\n", 'low/b.c' => function('b', 'a'));

refused('an include upwards', qr{low/b\.h: low/ must not include high/}, %down,
    'high/a.h' => '', 'low/b.h' => qq{#include "../high/a.h"\n});
clean('an include downwards, one of its own, one in a comment, one from elsewhere', %down, 'low/b.h' => '',
    'low/c.h' => qq{/*\n#include "../high/a.h"\n*/\n#include "b.h"\n#include <a.h>\n#include "viewer.h"\n},
    'high/a.h' => qq{#include "../low/b.h"\n#include "../high/a.h"\n});
$said = refused('a room without a line', qr{no line for other/}, %down, 'other/d.c' => function('d', 'b'));
unlike($said, qr{must not}, 'and once only');
refused('two calls upwards', qr{low/ must not call high/\n +low/b\.c -> high/a\.c: a\n +low/c\.c -> high/a\.c: a\n},
    'high/a.c' => function('a'), 'low/b.c' => function('b', 'a'), 'low/c.c' => function('c', 'a'));
refused('a line without a room', qr{high: there is no room lwo/}, %down, 'tools/rooms' => "high: low lwo\nlow:\n");
refused('an include of the top', qr{main\.h: top/ must not include high/}, %down, 'high/a.h' => '', 'low/b.h' => '',
    'main.h' => qq{#include "low/b.h"\n#include "high/a.h"\n}, 'tools/rooms' => "top: low\n$rooms");
refused('the top is a room too', qr{low/ must not call top/}, 'high/a.c' => '', 'low/b.c' => function('b', 'm'),
    'main.c' => function('m'), 'tools/rooms' => "top:\n$rooms");

my %inner = ('high/a.c' => function('a', 'b'), 'high/in/b.c' => function('b'), 'low/c.c' => '');
clean('a folder of a room belongs to it', %inner);
refused('unless it has a line', qr{high/ must not call high/in/}, %inner, 'tools/rooms' => "high/in:\n$rooms");
clean('and is then as any room', %inner, 'tools/rooms' => "high: high/in\nhigh/in: low\nlow:\n");
refused('an include from a folder of a room', qr{in/b\.h: high/in/ must not include high/}, %inner,
    'high/in/b.h' => qq{#include "../../low/c.h"\n#include "../a.h"\n}, 'high/a.h' => '', 'low/c.h' => '',
    'tools/rooms' => "high: high/in\nhigh/in: low\nlow:\n");

# Rings

refused('a ring', [qr{does not have: high/a\.c high/b\.c\n},
    qr{a cycle of 2\n +high/a\.c -> high/b\.c: b\n +high/b\.c -> high/a\.c: a\n}, qr{2 of 3 files are in rings, 67 %}], %ring);
clean('a ring that is listed', %ring, 'tools/rings' => "ab: high/a.c high/b.c # both are one\n");
refused('without a reason', qr{ab: give the reason}, %ring, 'tools/rings' => "ab: high/a.c high/b.c\n");
refused('a ring that is not there', qr{"ab" of tools/rings does not exist}, %down, 'tools/rings' => "ab: high/a.c low/b.c # x\n");
refused('a ring that is smaller', qr{"abc" is smaller .*: take out low/c\.c\n}, %ring,
    'tools/rings' => "abc: high/a.c high/b.c low/c.c # x\n");
clean('a file that calls itself is no ring', 'high/a.c' => function('a', 'a'), 'low/b.c' => '');
clean('two files that name each other are none', 'low/b.c' => function('b', 'a'),
    'high/a.c' => "void *t[] = { b };\n\n\n" . function('a'), 'tools/rooms' => "high: low\nlow: high\n");
refused('share', qr{more than the 50 % of}, %ring, 'tools/rings' => "share: 50 # x\nab: high/a.c high/b.c # y\n");

# d joins the ring of a, b and c, which calls back only by way of all
my %larger = ('low/z.c' => '', 'high/a.c' => function('a', 'b'), 'high/b.c' => function('b', 'a', 'c'),
    'high/c.c' => function('c', 'd', 'a'), 'high/d.c' => function('d', 'c', 'a'));
$said = refused('a ring that is larger', qr{"abc" is larger .*, by high/d\.c\n}, %larger,
    'tools/rings' => "abc: high/a.c high/b.c high/c.c # x\n");
my @cycles = $said =~ /a cycle of (\d)/g;
is("@cycles", '2 4', 'what closes it, shortest first, and nothing that was known');
like($said, qr{high/c\.c -> high/d\.c: d\n +high/d\.c -> high/c\.c: c\n}, 'by name');

my ($status, $shown) = lint('--show', %ring, 'high/a.c' => function('a', 'b', 'c') . "void *t[] = { c };\n",
    'tools/rooms' => "low:\n");
is($status, 0, '--show judges nothing');
like($shown, qr{^ring of 2: high/a\.c high/b\.c$}m, 'it shows rings');
like($shown, qr{^high/.*\n +high/a\.c -> low/c\.c: c, \(c\)$}m, 'and what leaves a room');

# Form

sub form {
    my ($name, $text) = @_;
    my $path = tempdir(CLEANUP => 1) . "/$name";
    open my $out, '>', $path or die "$path: $!";
    print $out $text;
    close $out;
    return `$tools/lint-form $path 2>&1`;
}

sub lines { my $n = shift; "void\nf(void)\n{\n" . "    g();\n" x ($n - 2) . "}\n" }

unlike(form('f.c', lines(84)), qr/at most 84\n/, 'a function of 84 lines');
like(form('f.c', lines(85)), qr{/f\.c:3: f\(\) has 85 lines, at most 84\n}, 'one of 85 is too long');
like(form('f.c', lines(3) . lines(5) . lines(40)), qr/3 functions of 5 lines.*the longest of 40$/m, 'median and longest');

my $header = "/*\n * it {\n */\n#define F(a)  \\\n  { a\ntypedef enum {\n    A = 0,  /* a\n     a */\n    B\n} e;\n\n"
    . "struct s {\n    int  a;\n    union {\n        int  b;\n    } u;\n};\n\nint f(int a,\n    int b);\n";
is(form('f.h', $header), '', 'a header in form');
like(form('f.h', $header =~ s/    B/  B/r), qr{/f\.h:9: indented by 2, not 4\n}, 'a member that is not');
like(form('f.c', "enum {\n    A_ONE = 0,\n    A_TWO\n};\n#define A_TWO  2\n"),
     qr{/f\.c: the macro A_TWO hides a constant of .*/f\.c\n}, 'a macro with the name of a constant');
like(form('f.h', $header =~ s/^int f/  int f/mr), qr{/f\.h:19: indented by 2, not 0\n}, 'a prototype that is not');

done_testing();
