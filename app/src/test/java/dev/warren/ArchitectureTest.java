package dev.warren;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.warren.io.ffm.Libc;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// The one-way graph of the modules and the rules of the sans-IO core.
@AnalyzeClasses(packages = "dev.warren", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    private static final DescribedPredicate<JavaClass> OURS = resideInAPackage("dev.warren..");

    /// What each module may know of the others. Whoever is not named here is on top.
    @ArchTest
    static final ArchRule modulesPointOneWay = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("crypto")
            .definedBy("dev.warren.crypto..")
            .layer("routing")
            .definedBy("dev.warren.routing..")
            .layer("io")
            .definedBy("dev.warren.io..")
            .layer("conf")
            .definedBy("dev.warren.conf..")
            .layer("host")
            .definedBy("dev.warren.host..")
            .layer("verticles")
            .definedBy("dev.warren.verticles..")
            .layer("web")
            .definedBy("dev.warren.web..")
            .layer("cluster")
            .definedBy("dev.warren.cluster..")
            .layer("app")
            .definedBy("dev.warren.app..")
            .whereLayer("crypto")
            .mayNotAccessAnyLayer()
            .whereLayer("routing")
            .mayNotAccessAnyLayer()
            .whereLayer("io")
            .mayOnlyAccessLayers("routing")
            .whereLayer("conf")
            .mayOnlyAccessLayers("crypto", "routing")
            .whereLayer("host")
            .mayOnlyAccessLayers("conf", "crypto", "routing", "io")
            .whereLayer("verticles")
            .mayOnlyAccessLayers("crypto", "routing", "io", "conf")
            .whereLayer("web")
            .mayOnlyAccessLayers("verticles", "conf", "crypto", "routing", "io")
            .whereLayer("cluster")
            .mayOnlyAccessLayers("verticles", "conf", "crypto", "routing", "io");

    /// A node alone has neither on its class path.
    @ArchTest
    static final ArchRule onlyCommandsOfAFleetKnowTheFleet = noClasses()
            .that()
            .resideOutsideOfPackages("dev.warren.cluster..", "dev.warren.app.fleet..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.warren.cluster..", "dev.warren.app.fleet..");

    @ArchTest
    static final ArchRule zooKeeperStaysInTheFleet = noClasses()
            .that()
            .resideOutsideOfPackage("dev.warren.cluster..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.zookeeper..", "org.apache.curator..", "org.bouncycastle.cert..");

    @ArchTest
    static final ArchRule noPackageCycles =
            slices().matching("dev.warren.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule routingKnowsTheJdkOnly = noClasses()
            .that()
            .resideInAPackage("dev.warren.routing..")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages("dev.warren.routing..", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule ioKnowsTheJdkAndRouting = noClasses()
            .that()
            .resideInAPackage("dev.warren.io..")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages("dev.warren.io..", "dev.warren.routing..", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule vertxAndNettyStayInVerticlesAndTheProgram = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "dev.warren.verticles..", "dev.warren.web..", "dev.warren.cluster..", "dev.warren.app..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.vertx..", "io.netty..");

    @ArchTest
    static final ArchRule picocliStaysInTheProgram = noClasses()
            .that()
            .resideOutsideOfPackage("dev.warren.app..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("picocli..");

    /// A name that is looked for is found once.
    @ArchTest
    static void simpleNamesAreUnique(JavaClasses classes) {
        var twice = classes.that(OURS).stream()
                .filter(JavaClass::isTopLevelClass)
                .filter(each -> !each.getSimpleName().equals("package-info"))
                .collect(Collectors.groupingBy(
                        JavaClass::getSimpleName,
                        TreeMap::new,
                        Collectors.mapping(JavaClass::getName, Collectors.toList())));
        twice.values().removeIf(names -> names.size() == 1);
        assertEquals(Map.of(), twice);
    }

    /// A sentence in package-info.java, which is all that a newcomer reads.
    @ArchTest
    static void everyPackageSaysWhatItIs(JavaClasses classes) throws IOException {
        var home = Path.of("").toAbsolutePath().getParent();
        var silent = new TreeSet<String>();
        for (var each : classes.that(OURS)) {
            var name = each.getPackageName();
            var module = name.split("\\.")[2];
            var info = home.resolve(module + "/src/main/java/" + name.replace('.', '/') + "/package-info.java");
            if (!Files.exists(info) || !Files.readString(info).matches("(?s)/// [A-Z`].*\\.\n@NullMarked\n.*"))
                silent.add(name);
        }
        assertEquals(Set.of(), silent);
    }

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
            .and()
            .doNotHaveSimpleName("OpenSslAead") // asks whether memory is this thread's
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
            .resideOutsideOfPackage("dev.warren.app.process..") // the shutdown hook must be a thread
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
}
