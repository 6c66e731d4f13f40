//! Which resource types exist, and the elements of those that are checked.
//!
//! One line per type: `name` optional, `name!` required, `*` a list, then its type. Types without a line are not checked.

use std::{
    collections::{HashMap, HashSet},
    sync::OnceLock,
};

/// One element of a type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element {
    pub(super) name: &'static str,
    pub(super) kind: &'static str,
    pub(super) required: bool,
    pub(super) list: bool,
}

const SCHEMA: &str = "
Task: identifier*:Identifier instantiatesCanonical:canonical instantiatesUri:uri basedOn*:Reference groupIdentifier:Identifier partOf*:Reference status!:code statusReason:CodeableConcept businessStatus:CodeableConcept intent!:code priority:code code:CodeableConcept description:string focus:Reference for:Reference encounter:Reference executionPeriod:Period authoredOn:dateTime lastModified:dateTime requester:Reference performerType*:CodeableConcept owner:Reference location:Reference reasonCode:CodeableConcept reasonReference:Reference insurance*:Reference note*:Annotation relevantHistory*:Reference restriction:any input*:any output*:any
Patient: identifier*:Identifier active:boolean name*:HumanName telecom*:ContactPoint gender:code birthDate:date deceasedBoolean:boolean deceasedDateTime:dateTime address*:Address maritalStatus:CodeableConcept multipleBirthBoolean:boolean multipleBirthInteger:integer photo*:Attachment contact*:any communication*:any generalPractitioner*:Reference managingOrganization:Reference link*:any
Basic: identifier*:Identifier code!:CodeableConcept subject:Reference created:date author:Reference
AuditEvent: type!:Coding subtype*:Coding action:code period:Period recorded!:instant outcome:code outcomeDesc:string purposeOfEvent*:CodeableConcept agent!*:any source!:any entity*:any
Observation: identifier*:Identifier basedOn*:Reference partOf*:Reference status!:code category*:CodeableConcept code!:CodeableConcept subject:Reference focus*:Reference encounter:Reference effectiveDateTime:dateTime effectivePeriod:Period effectiveTiming:any effectiveInstant:instant issued:instant performer*:Reference valueQuantity:any valueCodeableConcept:CodeableConcept valueString:string valueBoolean:boolean valueInteger:integer valueRange:any valueRatio:any valueSampledData:any valueTime:string valueDateTime:dateTime valuePeriod:Period dataAbsentReason:CodeableConcept interpretation*:CodeableConcept note*:Annotation bodySite:CodeableConcept method:CodeableConcept specimen:Reference device:Reference referenceRange*:any hasMember*:Reference derivedFrom*:Reference component*:any
Subscription: status!:code contact*:ContactPoint end:instant reason!:string criteria!:string error:string channel!:any
Identifier: use:code type:CodeableConcept system:uri value:string period:Period assigner:Reference
Reference: reference:string type:uri identifier:Identifier display:string
CodeableConcept: coding*:Coding text:string
Coding: system:uri version:string code:code display:string userSelected:boolean
Period: start:dateTime end:dateTime
HumanName: use:code text:string family:string given*:string prefix*:string suffix*:string period:Period
ContactPoint: system:code value:string use:code rank:integer period:Period
Address: use:code type:code text:string line*:string city:string district:string state:string postalCode:string country:string period:Period
Annotation: authorReference:Reference authorString:string time:dateTime text!:string
Attachment: contentType:code language:code data:string url:uri size:integer hash:string title:string creation:dateTime
";

/// Elements of every resource, and of resources with narrative.
const COMMON: &str =
    "meta:any implicitRules:uri language:code text:any contained*:any modifierExtension*:Extension";

const TYPES: &str = "Account ActivityDefinition AdverseEvent AllergyIntolerance Appointment AppointmentResponse AuditEvent Basic Binary BodyStructure Bundle CapabilityStatement CarePlan CareTeam CatalogEntry ChargeItem ChargeItemDefinition Claim ClaimResponse ClinicalImpression CodeSystem Communication CommunicationRequest CompartmentDefinition Composition ConceptMap Condition Consent Contract Coverage CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue Device DeviceDefinition DeviceMetric DeviceRequest DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference EffectEvidenceSynthesis Encounter Endpoint EnrollmentRequest EnrollmentResponse EpisodeOfCare EventDefinition Evidence EvidenceVariable ExampleScenario ExplanationOfBenefit FamilyMemberHistory Flag Goal GraphDefinition Group GuidanceResponse HealthcareService ImagingStudy Immunization ImmunizationEvaluation ImmunizationRecommendation ImplementationGuide InsurancePlan Invoice Library Linkage List Location Measure MeasureReport Media Medication MedicationAdministration MedicationDispense MedicationKnowledge MedicationRequest MedicationStatement MessageDefinition MessageHeader MolecularSequence NamingSystem NutritionOrder Observation ObservationDefinition OperationDefinition OperationOutcome Organization OrganizationAffiliation Parameters Patient PaymentNotice PaymentReconciliation Person PlanDefinition Practitioner PractitionerRole Procedure Provenance Questionnaire QuestionnaireResponse RelatedPerson RequestGroup ResearchDefinition ResearchElementDefinition ResearchStudy ResearchSubject RiskAssessment RiskEvidenceSynthesis Schedule SearchParameter ServiceRequest Slot Specimen SpecimenDefinition StructureDefinition StructureMap Subscription SubscriptionStatus Substance SupplyDelivery SupplyRequest Task TerminologyCapabilities TestReport TestScript ValueSet VerificationResult VisionPrescription AccessPolicy Agent AsyncJob Bot BulkDataExport ClientApplication DomainConfiguration JsonWebKey Login PasswordChangeRequest Project ProjectMembership SmartAppLaunch User UserConfiguration UserSecurityRequest";

fn table() -> &'static HashMap<&'static str, Vec<Element>> {
    static TABLE: OnceLock<HashMap<&'static str, Vec<Element>>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let lines = SCHEMA.lines().filter_map(|line| line.split_once(": "));
        lines.map(|(name, list)| (name, elements(list))).collect()
    })
}

fn common() -> &'static [Element] {
    static ELEMENTS: OnceLock<Vec<Element>> = OnceLock::new();
    ELEMENTS.get_or_init(|| elements(COMMON))
}

fn elements(list: &'static str) -> Vec<Element> {
    let pairs = list
        .split_whitespace()
        .filter_map(|item| item.split_once(':'));
    pairs
        .map(|(head, kind)| Element {
            name: head.trim_end_matches(['!', '*']),
            kind,
            required: head.contains('!'),
            list: head.contains('*'),
        })
        .collect()
}

/// The elements of a type, if it is checked.
pub(super) fn elements_of(name: &str) -> Option<&'static [Element]> {
    table().get(name).map(Vec::as_slice)
}

/// One element of a resource or data type, the common ones of resources included.
pub(super) fn element(owner: &str, name: &str) -> Option<Element> {
    let own = elements_of(owner)?.iter();
    let inherited = common().iter().filter(|_| is_resource_type(owner));
    own.chain(inherited)
        .find(|element| element.name == name)
        .copied()
}

/// Names of the required elements of a type.
pub(crate) fn required(name: &str) -> Vec<&'static str> {
    let elements = elements_of(name).unwrap_or_default().iter();
    elements
        .filter(|element| element.required)
        .map(|element| element.name)
        .collect()
}

/// Whether the server knows the type.
pub(crate) fn is_resource_type(name: &str) -> bool {
    static KNOWN: OnceLock<HashSet<&str>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| TYPES.split(' ').collect());
    known.contains(name)
}
