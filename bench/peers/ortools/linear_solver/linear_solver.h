// Stands in for OR-tools, which only the "optimist" measures need: the counting rules never come here.
#pragma once
#include <memory>
#include <stdexcept>
#include <string>
namespace operations_research {
struct MPVariable { double solution_value() const { throw std::logic_error("not built"); } };
struct LinearExpr {};
struct MPConstraint { template <class... A> void SetCoefficient(A...) { throw std::logic_error("not built"); } template <class... A> void SetUB(A...) {} template <class... A> void SetLB(A...) {} };
struct MPObjective { template <class... A> void SetCoefficient(A...) {} void SetMinimization() {} void SetMaximization() {} double Value() const { return 0; } };
struct MPSolver {
    enum ResultStatus { OPTIMAL, FEASIBLE, INFEASIBLE };
    static MPSolver *CreateSolver(const std::string &) { throw std::logic_error("not built"); }
    double infinity() const { return 0; }
    template <class... A> MPConstraint *MakeRowConstraint(A...) { return nullptr; }
    template <class... A> MPVariable *MakeBoolVar(A...) { return nullptr; }
    template <class... A> MPVariable *MakeIntVar(A...) { return nullptr; }
    template <class... A> MPVariable *MakeNumVar(A...) { return nullptr; }
    MPObjective *MutableObjective() { return nullptr; }
    ResultStatus Solve() { return INFEASIBLE; }
    template <class... A> void SetTimeLimit(A...) {}
};
}
