package dev.warren;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.warren.io.ffm.Libc;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// The one-way graph of the modules and the rules of the sans-IO core.
@AnalyzeClasses(packages = "dev.warren", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule cryptoKnowsNoOtherModule = noClasses()
            .that()
            .resideInAPackage("dev.warren.crypto..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.warren.routing..", "dev.warren.io..", "dev.warren.conf..", "dev.warren.verticles..");

    @ArchTest
    static final ArchRule routingKnowsTheJdkOnly = noClasses()
            .that()
            .resideInAPackage("dev.warren.routing..")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages("dev.warren.routing..", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule ioKnowsTheJdkOnly = noClasses()
            .that()
            .resideInAPackage("dev.warren.io..")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages("dev.warren.io..", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule confKnowsCryptoAndRouting = noClasses()
            .that()
            .resideInAPackage("dev.warren.conf..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.warren.io..", "dev.warren.verticles..");

    @ArchTest
    static final ArchRule vertxAndNettyStayInVerticles = noClasses()
            .that()
            .resideOutsideOfPackages("dev.warren.verticles..", "dev.warren.bench..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.vertx..", "io.netty..");

    // packets never touch Vert.x's own datagram socket.
    @ArchTest
    static final ArchRule noVertxDatagramSocket =
            noClasses().should().dependOnClassesThat().resideInAPackage("io.vertx.core.datagram..");

    @ArchTest
    static final ArchRule theCoreReadsNoClock = noClasses()
            .that()
            .resideInAnyPackage("dev.warren.crypto..", "dev.warren.routing..")
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.time.Clock");

    @ArchTest
    static final ArchRule theCoreStartsNoThreadAndLogsNothing = noClasses()
            .that()
            .resideInAnyPackage("dev.warren.crypto..", "dev.warren.routing..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.slf4j..", "java.util.logging..", "java.net.http..")
            .orShould()
            .dependOnClassesThat()
            .belongToAnyOf(Thread.class, java.util.Timer.class)
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching("java\\.util\\.concurrent\\.(Executor.*|.*Executors?|ForkJoin.*)");

    @ArchTest
    static final ArchRule nobodyStartsThreads = noClasses()
            .that()
            .resideOutsideOfPackage("dev.warren.verticles.launch..") // the shutdown hook must be a thread
            .should()
            .callConstructor(Thread.class)
            .orShould()
            .callConstructor(Thread.class, Runnable.class);

    // Whatever a descriptor is not ready for is waited for on epoll.
    @ArchTest
    static final ArchRule nobodyPolls =
            noClasses().should().callMethod(Libc.class, "poll", int.class, int.class, int.class);

    @ArchTest
    static final ArchRule noMutableStatics = fields().that()
            .areStatic()
            .and()
            .areDeclaredInClassesThat()
            .resideInAPackage("dev.warren..")
            .should()
            .beFinal();

    // what compares MACs and keys byte by byte stops at the first difference, and so tells where it is.
    @ArchTest
    static final ArchRule secretsAreComparedInConstantTime = noClasses()
            .that()
            .resideInAPackage("dev.warren.crypto..")
            .and()
            .doNotHaveFullyQualifiedName("dev.warren.crypto.suite.SelfTest") // published vectors
            .should()
            .callMethod(Arrays.class, "equals", byte[].class, byte[].class)
            .orShould()
            .callMethod(Arrays.class, "mismatch", byte[].class, byte[].class)
            .orShould()
            .callMethod(Arrays.class, "compare", byte[].class, byte[].class)
            .orShould()
            .callMethod(MemorySegment.class, "mismatch", MemorySegment.class)
            .orShould()
            .callMethod(ByteBuffer.class, "equals", Object.class)
            .orShould()
            .callMethod(ByteBuffer.class, "mismatch", ByteBuffer.class);

    /// Its tables are read at places that the key says: time tells of them. KeyText computes.
    @ArchTest
    static final ArchRule keysAreReadAndWrittenWithoutTables = noClasses()
            .that()
            .resideInAnyPackage("dev.warren.crypto..", "dev.warren.conf..", "dev.warren.verticles..")
            .and()
            .doNotHaveSimpleName("SelfTest") // its keys are in the specification
            .should()
            .dependOnClassesThat()
            .haveNameMatching("java\\.util\\.(Base64|HexFormat).*");

    @ArchTest
    static final ArchRule noCyclesInTheCore =
            slices().matching("dev.warren.(routing|io|conf)..").should().beFreeOfCycles();
}
