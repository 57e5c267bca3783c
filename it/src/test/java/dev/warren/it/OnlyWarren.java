package dev.warren.it;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A test of something that Debian's wireguard-go does not have or does not do. Left out when the tests are tried on
/// wireguard-go itself (`-Dwarren.command=wireguard-go`), never otherwise.
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(OnlyWarren.Condition.class)
@interface OnlyWarren {
    /// Why wireguard-go would fail it.
    String value();

    final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return Router.underTestIsWireGuardGo()
                    ? ConditionEvaluationResult.disabled("wireguard-go is in Warren's place")
                    : ConditionEvaluationResult.enabled("Warren is tested");
        }
    }
}
