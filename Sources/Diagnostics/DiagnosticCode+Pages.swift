extension DiagnosticCode {
  /// The page of this code: what it means, a text that gives it, and the text put right.
  ///
  /// Every case has one: the switch has no default, so a new case fails to compile until its page
  /// is written, in
  /// the `DiagnosticPage+<Family>.swift` of its family.
  package var page: DiagnosticPage {
    switch self {
    case .unexpectedCharacter: .unexpectedCharacter
    case .unterminatedString: .unterminatedString
    case .malformedNumber: .malformedNumber
    case .unknownEscape: .unknownEscape
    case .unexpectedToken: .unexpectedToken
    case .unclosedBracket: .unclosedBracket
    case .malformedInterpolation: .malformedInterpolation
    case .notAssignable: .notAssignable
    case .positionalAfterNamed: .positionalAfterNamed
    case .duplicateName: .duplicateName
    case .misplacedKeyword: .misplacedKeyword
    case .nestingTooDeep: .nestingTooDeep
    case .codeTooLarge: .codeTooLarge
    case .malformedFormatSpec: .malformedFormatSpec
    case .unknownUnit: .unknownUnit
    case .unboundName: .unboundName
    case .readBeforeAssignment: .readBeforeAssignment
    case .wrongArgumentCount: .wrongArgumentCount
    case .unknownNamedArgument: .unknownNamedArgument
    case .duplicateArgument: .duplicateArgument
    case .missingArgument: .missingArgument
    case .notCallable: .notCallable
    case .unknownField: .unknownField
    case .unknownModule: .unknownModule
    case .contraction: .contraction
    case .broadcast: .broadcast
    case .indexOutOfRange: .indexOutOfRange
    case .axisOutOfRange: .axisOutOfRange
    case .tooManyIndices: .tooManyIndices
    case .unsupportedDType: .unsupportedDType
    case .reshape: .reshape
    case .unequalElements: .unequalElements
    case .contractFailed: .contractFailed
    case .linearAlgebra: .linearAlgebra
    case .ambiguousCondition: .ambiguousCondition
    case .emptyReduction: .emptyReduction
    case .shapeMismatch: .shapeMismatch
    case .rankTooHigh: .rankTooHigh
    case .valueOutOfRange: .valueOutOfRange
    case .operandTypes: .operandTypes
    case .argumentType: .argumentType
    case .integerOverflow: .integerOverflow
    case .divisionByZero: .divisionByZero
    case .argumentValue: .argumentValue
    case .keyNotFound: .keyNotFound
    case .unhashableKey: .unhashableKey
    case .destructuring: .destructuring
    case .noMatchingArm: .noMatchingArm
    case .userError: .userError
    case .assertionFailed: .assertionFailed
    case .notIterable: .notIterable
    case .unparsableText: .unparsableText
    case .keyReused: .keyReused
    case .malformedPattern: .malformedPattern
    case .notIndexable: .notIndexable
    case .recursionTooDeep: .recursionTooDeep
    case .outOfMemory: .outOfMemory
    case .interrupted: .interrupted
    case .timedOut: .timedOut
    case .missingLibrary: .missingLibrary
    case .frontMatter: .frontMatter
    case .unknownKey: .unknownKey
    case .unknownOption: .unknownOption
    case .optionValue: .optionValue
    case .unclosedFence: .unclosedFence
    case .claimWithoutCell: .claimWithoutCell
    case .duplicateLabel: .duplicateLabel
    case .wolframNotebook: .wolframNotebook
    case .unknownParameter: .unknownParameter
    case .parameterValue: .parameterValue
    case .claimDiffers: .claimDiffers
    case .cellDidNotFail: .cellDidNotFail
    case .unsupportedVersion: .unsupportedVersion
    case .gnuplotMissing: .gnuplotMissing
    case .gnuplotRejected: .gnuplotRejected
    case .gnuplotDied: .gnuplotDied
    case .figureData: .figureData
    case .figureFormat: .figureFormat
    case .shellCommand: .shellCommand
    case .fileNotFound: .fileNotFound
    case .fileUnreadable: .fileUnreadable
    case .damagedFile: .damagedFile
    case .fileNotWritten: .fileNotWritten
    case .internalError: .internalError
    case .wideBroadcast: .wideBroadcast
    case .figureThinned: .figureThinned
    }
  }
}
