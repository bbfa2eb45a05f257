# make help lists what there is

.PHONY: help build run test soak check conformance bench bench-full deb clean

build:            ## the module: build/ngx_payments_module.so
	@tools/deps build
	@tools/viewer
	@tools/build build

help:             ## this list
	@sed -n 's/^\([a-z-]*\): *## */\1\t/p' Makefile | expand -t 12

run:              ## install what is missing, build, start everything, show a first payment
	@tools/deps run
	@tools/viewer
	@tools/build build
	@tools/devstack up
	@tools/first-payment

test:             ## install what is missing, build, everything that must hold
	@tools/deps test
	@tools/viewer --tests
	@tools/build build
	@tools/test

soak:             ## the same with all rounds of every test
	@tools/deps test
	@tools/viewer --tests
	@tools/build build
	@PAYMENTS_SOAK=1 tools/test

check:            ## the sources alone: lints and unit tests
	@tools/deps test
	@tools/test lint unit

conformance:      ## an adapter for an acquirer: URL=http://... SECRET_FILE=... (docs/processors.md)
	@tests/conformance/run

bench:            ## this and what one would use instead, in one run of 16 minutes
	@tools/deps bench
	@tools/viewer
	@tools/build build
	@bench/run

bench-full:       ## the same with longer runs, more of them, and 10 million rows
	@tools/deps bench
	@tools/viewer
	@tools/build build
	@bench/run --full

deb:              ## the Debian package, in ..
	@tools/deps build
	@tools/deps deb
	@tools/viewer
	dpkg-buildpackage -us -uc -b

clean:            ## what was built
	@rm -rf build t/servroot*
