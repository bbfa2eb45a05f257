# make help lists what there is

.PHONY: help build run test soak check bench deb clean

build:            ## the module: build/ngx_payments_module.so
	@tools/deps build
	@tools/build build

help:             ## this list
	@sed -n 's/^\([a-z]*\): *## */\1\t/p' Makefile | expand -t 10

run:              ## install what is missing, build, start everything, show a first payment
	@tools/deps run
	@tools/build build
	@tools/devstack up
	@tools/first-payment

test:             ## install what is missing, build, everything that must hold
	@tools/deps test
	@tools/build build
	@tools/test

soak:             ## the same with all rounds of every test
	@tools/deps test
	@tools/build build
	@PAYMENTS_SOAK=1 tools/test

check:            ## the sources alone: lints and unit tests
	@tools/deps test
	@tools/test lint unit

bench:            ## creates per second against pgbench, in one run
	@tools/deps bench
	@tools/build build
	@bench/run

deb:              ## the Debian package, in ..
	@tools/deps build
	@tools/deps deb
	dpkg-buildpackage -us -uc -b

clean:            ## what was built
	@rm -rf build t/servroot*
